// Writes testdata/vectors.json of payment/wechatpay and payment/alipay: what
// wechatpay-axios-plugin and alipay-sdk sign and encrypt with fixed keys, times
// and nonces. The keys belong to nobody and are kept in the files; "--check"
// compares instead of writing.
import { createSign, generateKeyPairSync } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mock } from 'node:test'
import { AlipaySdk } from 'alipay-sdk'
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
keep(path, before, vectors)

// keep writes a file, or compares it.
function keep(file, was, is) {
  const text = `${JSON.stringify(is, null, 2)}\n`
  if (!process.argv.includes('--check')) return writeFileSync(file, text)
  if (text !== was) {
    console.error(`${file.pathname} is not what the package produces`)
    process.exit(1)
  }
}

await alipay()

// alipay: requests of an app, and answers and notifications as the platform
// signs them; alipay-sdk verifies what it is given before it is kept.
async function alipay() {
  const file = new URL('../../alipay/testdata/vectors.json', import.meta.url)
  const was = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const bare = (key) => key.trim().split('\n').slice(1, -1).join('')
  const { app, platform } = was ? JSON.parse(was).keys : { app: pair(), platform: pair() }
  const at = new Date('2026-11-21T20:00:00+08:00')
  const appId = '2021000122671080', sellerId = '2088102122524333'
  process.env.TZ = 'Asia/Shanghai'
  mock.timers.enable({ apis: ['Date'], now: at }) // the package signs the time
  const sdk = (key) => new AlipaySdk({ appId, privateKey: bare(key.privateKey), keyType: 'PKCS8', alipayPublicKey: bare(platform.publicKey) })
  const client = sdk(app)
  const order = { out_trade_no: 'VECTOR_1', total_amount: '12.34', subject: '测试订单', product_code: 'QUICK_MSECURITY_PAY', seller_id: sellerId, time_expire: '2026-11-21 20:30:00' }
  const request = Object.fromEntries(new URLSearchParams(client.sdkExecute('alipay.trade.app.pay', { format: 'JSON', notifyUrl: 'https://shop.example/notify/alipay', bizContent: order }, { bizContentAutoSnakeCase: false })))

  const sign = (text) => createSign('RSA-SHA256').update(text, 'utf8').sign(platform.privateKey, 'base64')
  const answer = (name, node) => {
    const text = JSON.stringify(node).replaceAll('/', '\\/') // as the platform writes it
    const body = `{"${name}":${text},"sign":"${sign(text)}"}`
    client.checkResponseSign(body, name, JSON.parse(body).sign, '') // throws
    return body
  }
  const notice = (change) => {
    const form = {
      notify_type: 'trade_status_sync', notify_time: '2026-11-21 20:00:01', notify_id: '2026112100222200001077031414123456', app_id: appId, auth_app_id: appId, charset: 'utf-8', version: '1.0',
      trade_no: '2026112122001477031414123456', out_trade_no: 'VECTOR_1', trade_status: 'TRADE_SUCCESS', total_amount: '12.34', receipt_amount: '12.34', seller_id: sellerId,
      buyer_logon_id: '159****5620', subject: '测试 + 订单%', gmt_create: '2026-11-21 19:59:58', gmt_payment: '2026-11-21 20:00:00', fund_bill_list: '[{"amount":"12.34","fundChannel":"ALIPAYACCOUNT"}]', ...change,
    }
    form.sign = sign(Object.keys(form).sort().map((name) => `${name}=${form[name]}`).join('&'))
    form.sign_type = 'RSA2'
    if (!client.checkNotifySignV2(form)) throw new Error('alipay-sdk does not take the notification')
    return new URLSearchParams(form).toString()
  }
  keep(file, was, {
    keys: { app, platform }, appId, sellerId, now: at.toISOString(), request,
    query: answer('alipay_trade_query_response', { code: '10000', msg: 'Success', buyer_logon_id: '159****5620', buyer_pay_amount: '12.34', buyer_user_id: '2088102122524334',
      fund_bill_list: [{ amount: '12.34', fund_channel: 'ALIPAYACCOUNT' }], invoice_amount: '12.34', out_trade_no: 'VECTOR_1', point_amount: '0.00', receipt_amount: '12.34',
      send_pay_date: '2026-11-21 20:00:00', store_name: '西湖/店', total_amount: '12.34', trade_no: '2026112122001477031414123456', trade_status: 'TRADE_SUCCESS' }),
    absent: answer('alipay_trade_query_response', { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.TRADE_NOT_EXIST', sub_msg: '交易不存在' }),
    paid: notice({}),
    refunded: notice({ notify_id: '2026112100222200001077031414123457', out_biz_no: 'R1', refund_fee: '2.34', gmt_refund: '2026-11-21 20:00:01.123' }),
  })
}
