// Writes payment/wechatpay/testdata/vectors.json: what wechatpay-axios-plugin
// signs and encrypts with fixed keys, times and nonces. The keys belong to
// nobody and are kept in the file; "--check" compares instead of writing.
import { generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import plugin from 'wechatpay-axios-plugin'

const { Rsa, Aes, Formatter } = plugin
const path = new URL('../../wechatpay/testdata/vectors.json', import.meta.url)
const before = existsSync(path) ? readFileSync(path, 'utf8') : ''

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return { privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }), publicKey: publicKey.export({ type: 'spki', format: 'pem' }) }
}
const keys = before ? JSON.parse(before).keys : { merchant: pair(), platform: pair() }

const mchid = '1900009191', appid = 'wx8888888888888888', serial = '3775B6A45ACD588826D15E583A95F5DD12345678'
const publicKeyID = 'PUB_KEY_ID_0119000091912026112100000000000001', apiV3Key = '0123456789abcdef0123456789ABCDEF'
const timestamp = '1795262400', nonce = 'K8264ILTKCH16CQ2502SI8ZNMTM67VSx'
const signed = (key, ...lines) => Rsa.sign(Formatter.joinedByLineFeed(...lines), Rsa.from(key, Rsa.KEY_TYPE_PRIVATE))
const answer = (body) => ({
  body, timestamp, nonce, serial: publicKeyID,
  signature: Rsa.sign(Formatter.response(timestamp, nonce, body), Rsa.from(keys.platform.privateKey, Rsa.KEY_TYPE_PRIVATE)),
})
const sealed = (type, thing) => ({
  original_type: type, algorithm: 'AEAD_AES_256_GCM', nonce: '61f9c719728a', associated_data: type,
  ciphertext: Aes.AesGcm.encrypt(JSON.stringify(thing), apiV3Key, '61f9c719728a', type),
})

const transaction = {
  appid, mchid, out_trade_no: '1217752501201407033233368018', transaction_id: '1217752501201407033233368018', trade_type: 'MICROPAY',
  trade_state: 'SUCCESS', trade_state_desc: '支付成功', bank_type: 'CMC', attach: '自定义数据', success_time: '2018-06-08T10:34:56+08:00',
  payer: { openid: 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o' }, amount: { total: 100, payer_total: 90, currency: 'CNY', payer_currency: 'CNY' },
  scene_info: { device_id: '013467007045764' },
  promotion_detail: [{
    coupon_id: '109519', name: '单品惠-6', scope: 'SINGLE', type: 'CASH', amount: 10, stock_id: '931386', wechatpay_contribute: 0,
    merchant_contribute: 10, other_contribute: 0, currency: 'CNY',
    goods_detail: [{ goods_id: 'M1006', quantity: 1, unit_price: 100, discount_amount: 1, goods_remark: '商品备注信息' }],
  }],
}
const refund = {
  mchid, out_trade_no: '1217752501201407033233368018', transaction_id: '1217752501201407033233368018', out_refund_no: 'R1217752501',
  refund_id: '50000000382019052709732678859', refund_status: 'SUCCESS', success_time: '2018-06-08T10:34:56+08:00',
  user_received_account: '招商银行信用卡0403', amount: { total: 100, refund: 40, payer_total: 90, payer_refund: 36 },
}
const notice = (id, event, summary, resource) => answer(JSON.stringify({
  id, create_time: '2018-06-08T10:34:56+08:00', resource_type: 'encrypt-resource', event_type: event, summary, resource }))
const request = { method: 'POST', uri: '/v3/pay/transactions/native?a=b%2Fc', body: '{"description":"测试"}' }

const vectors = {
  keys, mchid, appid, serial, publicKeyID, apiV3Key, timestamp, nonce,
  request: { ...request, signature: signed(keys.merchant.privateKey, request.method, request.uri, timestamp, nonce, request.body) },
  params: { prepay: 'wx201410272009395522657a690389285100', signature: signed(keys.merchant.privateKey, appid, timestamp, nonce, 'prepay_id=wx201410272009395522657a690389285100') },
  app: { prepay: 'wx201410272009395522657a690389285100', signature: signed(keys.merchant.privateKey, appid, timestamp, nonce, 'wx201410272009395522657a690389285100') },
  answer: answer(JSON.stringify(transaction)),
  payment: notice('EV-2018022511223320873', 'TRANSACTION.SUCCESS', '支付成功', sealed('transaction', transaction)),
  refund: notice('EV-2018022511223320874', 'REFUND.SUCCESS', '退款成功', sealed('refund', refund)),
}
const text = `${JSON.stringify(vectors, null, 2)}\n`
if (process.argv.includes('--check')) {
  if (text !== before) {
    console.error('payment/wechatpay/testdata/vectors.json is not what the package produces')
    process.exit(1)
  }
} else writeFileSync(path, text)
