// Writes testdata/vectors.json of payment/wechatpay and payment/alipay, and
// testdata/certificates.json of the latter for certificate mode: what
// wechatpay-axios-plugin and alipay-sdk sign and encrypt with fixed keys, times
// and nonces. The keys belong to nobody and are kept in the files; "--check"
// compares instead of writing.
import { execFileSync } from 'node:child_process'
import { createSign, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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

await alipay('vectors.json', false)
await alipay('certificates.json', true)

// certificates makes, with openssl, a bundle of roots of which one is of an
// algorithm that few know, and certificates of an app and of the platform, two.
function certificates(app, platform, next) {
  const folder = mkdtempSync(join(tmpdir(), 'vectors-'))
  const path = (name) => join(folder, name)
  const openssl = (...args) => execFileSync('openssl', args, { cwd: folder, encoding: 'utf8' })
  const name = (common, organization = 'Sandbox') => ['-utf8', '-subj', `/C=CN/O=${organization}/OU=Certification Authority/CN=${common}`]
  const key = (file, { privateKey }) => { writeFileSync(path(file), privateKey); return file }
  const root = (file, common, ...more) => { openssl('req', '-x509', '-new', '-key', file, ...name(common), '-days', '36500', '-out', `${file}.crt`, ...more); return readFileSync(path(`${file}.crt`), 'utf8') }
  const issue = (file, by, ...subject) => {
    openssl('req', '-new', '-key', file, ...subject, '-out', `${file}.csr`)
    openssl('x509', '-req', '-in', `${file}.csr`, '-CA', `${by}.crt`, '-CAkey', by, '-set_serial', `0x${randomBytes(15).toString('hex')}`, '-days', '36500', '-out', `${file}.crt`)
    return readFileSync(path(`${file}.crt`), 'utf8')
  }
  try {
    openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:SM2', '-out', 'sm2')
    const roots = root('sm2', 'Sandbox SM2', '-sm3', '-sigopt', 'distid:1234567812345678') + root(key('root', pair()), 'Sandbox R1') + root(key('other', pair()), 'Sandbox G3')
    const issuer = issue(key('issuer', pair()), 'root', ...name('Sandbox Class 2 R1'))
    const theirs = name('支付宝沙箱-2088102122524333', '沙箱商户')
    return {
      roots, app: issue(key('app', app), 'issuer', ...name('2088102122524333-2021000122671080', '沙箱商户')),
      alipay: issue(key('alipay', platform), 'issuer', ...theirs) + issuer, next: issue(key('next', next), 'issuer', ...theirs) + issuer,
    }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

// alipay: requests of an app, and answers and notifications as the platform
// signs them; alipay-sdk verifies what it is given before it is kept.
async function alipay(name, certified) {
  const file = new URL(`../../alipay/testdata/${name}`, import.meta.url)
  const was = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const kept = was ? JSON.parse(was) : {}
  const bare = (key) => key.trim().split('\n').slice(1, -1).join('')
  const keys = kept.keys ?? { app: pair(), platform: pair(), ...certified && { next: pair() } }
  const certs = certified ? kept.certs ?? certificates(keys.app, keys.platform, keys.next) : undefined
  const at = certified ? new Date(Date.parse(new X509Certificate(certs.next).validFrom) + 24 * 3600e3) : new Date('2026-11-21T20:00:00+08:00')
  const time = (seconds) => new Date(at.getTime() + (8 * 3600 + seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ')
  const appId = '2021000122671080', sellerId = '2088102122524333'
  process.env.TZ = 'Asia/Shanghai'
  mock.timers.reset()
  mock.timers.enable({ apis: ['Date'], now: at }) // the package signs the time
  const client = (alipayPublicCertContent, key) => new AlipaySdk({ appId, privateKey: bare(keys.app.privateKey), keyType: 'PKCS8',
    ...certified ? { appCertContent: certs.app, alipayRootCertContent: certs.roots, alipayPublicCertContent } : { alipayPublicKey: bare(key.publicKey) } })
  const current = { key: keys.platform, sdk: client(certs?.alipay, keys.platform) }
  const order = { out_trade_no: 'VECTOR_1', total_amount: '12.34', subject: '测试订单', product_code: 'QUICK_MSECURITY_PAY', seller_id: sellerId, time_expire: time(1800) }
  const request = Object.fromEntries(new URLSearchParams(current.sdk.sdkExecute('alipay.trade.app.pay', { format: 'JSON', notifyUrl: 'https://shop.example/notify/alipay', bizContent: order }, { bizContentAutoSnakeCase: false })))

  const sign = (text, { key }) => createSign('RSA-SHA256').update(text, 'utf8').sign(key.privateKey, 'base64')
  const answer = (name, node, by = current) => {
    const text = JSON.stringify(node).replaceAll('/', '\\/') // as the platform writes it
    const named = certified ? `"alipay_cert_sn":"${by.sdk.config.alipayCertSn}",` : ''
    const body = `{"${name}":${text},${named}"sign":"${sign(text, by)}"}`
    by.sdk.checkResponseSign(body, name, JSON.parse(body).sign, '') // throws
    return body
  }
  const notice = (change, unsigned = {}) => {
    const form = {
      notify_type: 'trade_status_sync', notify_time: time(1), notify_id: '2026112100222200001077031414123456', app_id: appId, auth_app_id: appId, charset: 'utf-8', version: '1.0',
      trade_no: '2026112122001477031414123456', out_trade_no: 'VECTOR_1', trade_status: 'TRADE_SUCCESS', total_amount: '12.34', receipt_amount: '12.34', seller_id: sellerId,
      buyer_logon_id: '159****5620', subject: '测试 + 订单%', gmt_create: time(-2), gmt_payment: time(0), fund_bill_list: '[{"amount":"12.34","fundChannel":"ALIPAYACCOUNT"}]', ...change,
    }
    form.sign = sign(Object.keys(form).sort().map((name) => `${name}=${form[name]}`).join('&'), current)
    form.sign_type = 'RSA2'
    if (!current.sdk.checkNotifySignV2(form)) throw new Error('alipay-sdk does not take the notification')
    return new URLSearchParams({ ...form, ...unsigned }).toString()
  }
  const paid = { code: '10000', msg: 'Success', buyer_logon_id: '159****5620', buyer_pay_amount: '12.34', buyer_user_id: '2088102122524334',
    fund_bill_list: [{ amount: '12.34', fund_channel: 'ALIPAYACCOUNT' }], invoice_amount: '12.34', out_trade_no: 'VECTOR_1', point_amount: '0.00', receipt_amount: '12.34',
    send_pay_date: time(0), store_name: '西湖/店', total_amount: '12.34', trade_no: '2026112122001477031414123456', trade_status: 'TRADE_SUCCESS' }
  const made = {
    keys, ...certified && { certs }, appId, sellerId, now: at.toISOString(), request,
    query: answer('alipay_trade_query_response', paid),
    absent: answer('alipay_trade_query_response', { code: '40004', msg: 'Business Failed', sub_code: 'ACQ.TRADE_NOT_EXIST', sub_msg: '交易不存在' }),
    paid: notice({}),
    refunded: notice({ notify_id: '2026112100222200001077031414123457', out_biz_no: 'R1', refund_fee: '2.34', gmt_refund: `${time(1)}.123` }),
  }
  if (certified) {
    const { alipayCertSn: sn } = current.sdk.config
    made.named = [notice({ alipay_cert_sn: sn }), notice({}, { alipay_cert_sn: sn })] // signed with the rest, and not
    made.rotated = answer('alipay_trade_query_response', paid, { key: keys.next, sdk: client(certs.next) })
  }
  keep(file, was, made)
}
