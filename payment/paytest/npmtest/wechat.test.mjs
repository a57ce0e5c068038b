// wechatpay-axios-plugin as a merchant of the simulated WeChat Pay.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import plugin from 'wechatpay-axios-plugin'

const { Wechatpay, Rsa, Aes, Formatter } = plugin
const { wechat: gateway } = JSON.parse(process.env.MALL_GATEWAY)
const { mchid, appid, serial, privateKey, apiV3Key } = gateway

const client = (change = {}) => new Wechatpay({
  baseURL: gateway.baseURL, mchid, serial, privateKey, certs: { [gateway.publicKeyID]: gateway.publicKey },
  headers: { 'Wechatpay-Serial': gateway.publicKeyID }, ...change,
})
const wxpay = client()
const refused = async (promise) => promise.then(
  ({ data }) => assert.fail(`accepted: ${JSON.stringify(data)}`), ({ code, response }) => ({ code, ...response }))

let notices = []
const shop = createServer((req, res) => {
  const parts = []
  req.on('data', (part) => parts.push(part)).on('end', () => {
    notices.push({ headers: req.headers, body: Buffer.concat(parts).toString() })
    res.writeHead(204).end()
  })
})
before(async () => { shop.listen(0, '127.0.0.1'); await once(shop, 'listening') })
after(() => shop.close())

const post = async (path, form) => {
  const res = await fetch(new URL(path, gateway.baseURL), { method: 'POST', body: new URLSearchParams(form) })
  assert.equal(res.status, 200)
  return res.text()
}
const order = (number, more = {}) => ({
  appid, mchid, description: '测试订单', out_trade_no: number, notify_url: `http://127.0.0.1:${shop.address().port}/notify`,
  amount: { total: 1234, currency: 'CNY' }, ...more,
})
const pay = async (number, outcome = '') => {
  notices = []
  return JSON.parse(await post('sandbox/pay', { number, outcome })).trade_state
}
const query = (number) => wxpay.v3.pay.transactions.outTradeNo._out_trade_no_.get({ params: { mchid }, out_trade_no: number })

test('orders are opened in every way', async () => {
  const { data: native } = await wxpay.v3.pay.transactions.native.post(order('NATIVE01'))
  assert.match(native.code_url, /^weixin:\/\//)
  const { data: jsapi } = await wxpay.v3.pay.transactions.jsapi.post(order('JSAPI001', { payer: { openid: 'o1' } }))
  assert.ok(jsapi.prepay_id)
  const { data: app } = await wxpay.v3.pay.transactions.app.post(order('APP00001'))
  assert.ok(app.prepay_id)
  const { data: h5 } = await wxpay.v3.pay.transactions.h5.post(order('H5_00001', { scene_info: { payer_client_ip: '127.0.0.1', h5_info: { type: 'Wap' } } }))
  assert.match(h5.h5_url, /^https:/)
  const { data: code } = await wxpay.v3.pay.transactions.codepay.post(order('CODE0001', { payer: { auth_code: '130000000000000000' }, scene_info: { store_info: { id: '1' } } }))
  assert.equal(code.trade_state, 'SUCCESS')
  const { data: sub } = await wxpay.v3.pay.partner.transactions.native.post(order('PARTNER1', {
    appid: undefined, mchid: undefined, sp_appid: appid, sp_mchid: mchid, sub_mchid: gateway.subMchid }))
  assert.match(sub.code_url, /^weixin:\/\//)
})

test('an order is queried, closed, and not paid after that', async () => {
  await wxpay.v3.pay.transactions.native.post(order('CLOSE001'))
  assert.equal((await query('CLOSE001')).data.trade_state, 'NOTPAY')
  const closed = await wxpay.v3.pay.transactions.outTradeNo.$out_trade_no$.close.post({ mchid }, { out_trade_no: 'CLOSE001' })
  assert.equal(closed.status, 204)
  assert.equal(await pay('CLOSE001'), 'CLOSED')
  assert.equal((await query('CLOSE001')).data.trade_state, 'CLOSED')
  const absent = await refused(query('ABSENT01'))
  assert.deepEqual([absent.status, absent.data.code], [404, 'ORDER_NOT_EXIST'])
})

for (const [mode, expected] of [['public-key', gateway.publicKeyID], ['certificate', gateway.certificateSerial]]) {
  test(`notices by ${mode} are verified and decrypted, forged ones are not`, async () => {
    const { data } = await wxpay.v3.certificates.get()
    const keys = { [gateway.publicKeyID]: gateway.publicKey }
    for (const { serial_no: id, encrypt_certificate: { nonce, associated_data: aad, ciphertext } } of data.data) {
      keys[id] = Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, aad)
    }
    await post('control', { notices: mode })
    const number = `NOTICE_${mode}`.replace('-', '_')
    await wxpay.v3.pay.transactions.jsapi.post(order(number, { payer: { openid: 'o1' } }))
    const genuine = ({ headers, body }) => Rsa.verify(
      Formatter.response(headers['wechatpay-timestamp'], headers['wechatpay-nonce'], body), headers['wechatpay-signature'],
      Rsa.from(keys[headers['wechatpay-serial']], Rsa.KEY_TYPE_PUBLIC))
    await pay(number, 'bad_signature')
    assert.ok(!genuine(notices[0]))
    assert.equal(await pay(number), 'SUCCESS')
    const [notice] = notices
    assert.equal(notice.headers['wechatpay-serial'], expected)
    assert.ok(genuine(notice))
    assert.ok(!genuine({ ...notice, body: `${notice.body} ` }))
    const { event_type: event, resource } = JSON.parse(notice.body)
    assert.equal(event, 'TRANSACTION.SUCCESS')
    const paid = JSON.parse(Aes.AesGcm.decrypt(resource.ciphertext, apiV3Key, resource.nonce, resource.associated_data))
    const told = (await query(number)).data
    assert.deepEqual(paid, told)
    assert.deepEqual([paid.out_trade_no, paid.amount.total, paid.mchid, paid.appid], [number, 1234, mchid, appid])
    assert.throws(() => Aes.AesGcm.decrypt(resource.ciphertext, '?'.repeat(32), resource.nonce, resource.associated_data))
  })
}

test('a client with downloaded certificates verifies answers', async () => {
  const { data } = await wxpay.v3.certificates.get()
  const [{ serial_no: id, encrypt_certificate: { nonce, associated_data: aad, ciphertext } }] = data.data
  const old = client({ certs: { [id]: Aes.AesGcm.decrypt(ciphertext, apiV3Key, nonce, aad) }, headers: {} })
  await post('control', { notices: 'certificate' })
  const { data: native } = await old.v3.pay.transactions.native.post(order('OLDMODE1'))
  assert.ok(native.code_url)
})

test('refunds go back once, and never more than was paid', async () => {
  await wxpay.v3.pay.transactions.native.post(order('REFUND01'))
  await pay('REFUND01')
  const refund = (number, amount) => wxpay.v3.refund.domestic.refunds.post({
    out_trade_no: 'REFUND01', out_refund_no: number, amount: { refund: amount, total: 1234, currency: 'CNY' } })
  const { data: first } = await refund('R1', 1000)
  assert.deepEqual([first.status, first.amount.refund], ['SUCCESS', 1000])
  assert.equal((await refund('R1', 1000)).data.refund_id, first.refund_id)
  const { data: asked } = await wxpay.v3.refund.domestic.refunds.$out_refund_no$.get({ out_refund_no: 'R1' })
  assert.equal(asked.refund_id, first.refund_id)
  assert.equal((await refused(refund('R2', 235))).data.code, 'NOT_ENOUGH')
  assert.equal((await query('REFUND01')).data.trade_state, 'REFUND')
})

test('who does not sign as the merchant is told exactly why', async () => {
  const stranger = await refused(client({ privateKey: gateway.strangersKey }).v3.pay.transactions.native.post(order('STRANGE1')))
  assert.deepEqual([stranger.status, stranger.data.code, stranger.data.detail.sign_information.url], [401, 'SIGN_ERROR', '/v3/pay/transactions/native'])
  const other = await refused(client({ serial: 'ABCDEF' }).v3.pay.transactions.native.post(order('STRANGE1')))
  assert.match(other.data.message, /证书序列号/)
  assert.equal((await refused(wxpay.v3.pay.transactions.native.post(order('STRANGE1', { appid: 'wx1' })))).data.code, 'APPID_MCHID_NOT_MATCH')
  assert.equal((await refused(wxpay.v3.pay.transactions.native.post(order('X')))).data.code, 'PARAM_ERROR')
  assert.equal((await refused(query('STRANGE1'))).status, 404)
})

test('answers that are forged or stale are not taken', async () => {
  for (const [fault, code] of [['bad-sign', 'EV3_RES_HEADER_SIGNATURE_DIGEST'], ['old-sign', 'EV3_RES_HEADER_TIMESTAMP_OFFSET'], ['garbage', 'EV3_RES_HEADERS_INCOMPLATE']]) {
    await post('control', { op: 'query', fault })
    assert.equal((await refused(query('NATIVE01'))).code, code)
  }
  await post('control', { op: 'query', fault: '' })
  await query('NATIVE01')
})

test('the bill of a day that is not over is not there', async () => {
  const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10)
  const early = await refused(wxpay.v3.bill.tradebill.get({ params: { bill_date: today } }))
  assert.equal(early.data.code, 'STATEMENT_CREATING')
  const none = await refused(wxpay.v3.bill.fundflowbill.get({ params: { bill_date: '2020-01-01' } }))
  assert.equal(none.data.code, 'NO_STATEMENT_EXIST')
})

test('the bill of a day is downloaded, has its hash and is read', async () => {
  for (const [kind, count, sums] of [['tradebill', 2, { 订单总金额: '12.34', 申请退款总金额: '0.34' }], ['fundflowbill', 2, { 收入金额: '12.34', 支出金额: '0.34' }]]) {
    const { data: at } = await wxpay.v3.bill[kind].get({ params: { bill_date: gateway.billDate } })
    const { data: file } = await wxpay.v3.billdownload.file.get({ params: { token: new URL(at.download_url).searchParams.get('token') }, responseType: 'arraybuffer' })
    assert.equal(createHash('sha1').update(file).digest('hex'), at.hash_value)
    const { rows, summary } = Formatter.castCsvBill(file)
    assert.equal(rows.length, count)
    for (const [name, sum] of Object.entries(sums)) assert.equal(summary[name], sum)
    if (kind === 'tradebill') assert.deepEqual([rows[0].商户订单号, rows[0].交易状态, rows[1].商户退款单号, rows[1].申请退款金额], ['YESTERDAY1', 'SUCCESS', 'R9', '0.34'])
  }
})
