// alipay-sdk as an app of the simulated Alipay, in public key mode and in
// certificate mode.
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { after, before, describe, test } from 'node:test'
import { inflateRawSync } from 'node:zlib'
import { AlipaySdk } from 'alipay-sdk'

process.env.TZ = 'Asia/Shanghai' // the package signs the local time
const { alipay: keyed, certified } = JSON.parse(process.env.MALL_GATEWAY)

describe('public key mode', () => play(keyed, { alipayPublicKey: keyed.alipayPublicKey }))
describe('certificate mode', () => {
  const certificates = { appCertContent: certified.appCert, alipayPublicCertContent: certified.alipayCert, alipayRootCertContent: certified.rootCert }
  play(certified, certificates)
  changes(certified, certificates)
})

// sdkOf is a client of a gateway.
function sdkOf(gateway, options) {
  return new AlipaySdk({ appId: gateway.appId, privateKey: gateway.privateKey, keyType: 'PKCS8', gateway: `${gateway.baseURL}/gateway.do`, ...options })
}

// entries are the texts of a zip file, by their names, all of them in GBK.
function entries(file) {
  const gbk = new TextDecoder('gbk', { fatal: true })
  const found = {}
  for (let at = file.indexOf('PK\x01\x02'); at >= 0 && file.readUInt32LE(at) === 0x02014b50; at += 46 + file.readUInt16LE(at + 28) + file.readUInt16LE(at + 30) + file.readUInt16LE(at + 32)) {
    const [size, name, local] = [file.readUInt32LE(at + 20), file.subarray(at + 46, at + 46 + file.readUInt16LE(at + 28)), file.readUInt32LE(at + 42)]
    const from = local + 30 + file.readUInt16LE(local + 26) + file.readUInt16LE(local + 28)
    found[gbk.decode(name)] = gbk.decode(inflateRawSync(file.subarray(from, from + size)))
  }
  return found
}

// play is what an app does, whatever it checks signatures with.
function play(gateway, options) {
  const client = (change = {}) => sdkOf(gateway, { ...options, ...change })
  const alipay = client()

  let notices = []
  let answer = 'success'
  const shop = createServer((req, res) => {
    const parts = []
    req.on('data', (part) => parts.push(part)).on('end', () => {
      notices.push(Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString())))
      res.end(answer)
    })
  })
  before(async () => { shop.listen(0, '127.0.0.1'); await once(shop, 'listening') })
  after(() => shop.close())

  const post = async (path, form) => {
    const res = await fetch(`${gateway.baseURL}/${path}`, { method: 'POST', body: new URLSearchParams(form) })
    assert.equal(res.status, 200)
    return res.text()
  }
  const pay = async (number, outcome = '') => {
    notices = []
    return JSON.parse(await post('sandbox/pay', { number, outcome })).trade_state
  }
  const notifyUrl = () => `http://127.0.0.1:${shop.address().port}/notify`
  const exec = (method, bizContent, sdk = alipay) => sdk.exec(method, { notifyUrl: notifyUrl(), bizContent }, { validateSign: true })
  const order = (number, more = {}) => ({ outTradeNo: number, totalAmount: '12.34', subject: '测试订单', ...more })
  const codes = ({ code, subCode }) => [code, subCode]
  const query = (number) => exec('alipay.trade.query', { outTradeNo: number })

  test('a QR code is opened, paid and told of', async () => {
    const opened = await exec('alipay.trade.precreate', order('QR01'))
    assert.deepEqual([opened.code, opened.outTradeNo], ['10000', 'QR01'])
    assert.match(opened.qrCode, /^https:\/\/qr\.alipay\.com\//)
    assert.deepEqual(codes(await query('QR01')), ['40004', 'ACQ.TRADE_NOT_EXIST'], 'nobody scanned it yet')
    assert.equal(await pay('QR01'), 'SUCCESS')
    const told = await query('QR01')
    assert.deepEqual([told.tradeStatus, told.totalAmount], ['TRADE_SUCCESS', '12.34'])
    const [notice] = notices
    assert.ok(alipay.checkNotifySign(notice))
    assert.ok(alipay.checkNotifySignV2(notice))
    assert.ok(!alipay.checkNotifySignV2({ ...notice, total_amount: '12.35' }))
    assert.deepEqual([notice.out_trade_no, notice.trade_no, notice.trade_status, notice.app_id, notice.seller_id, notice.total_amount],
      ['QR01', told.tradeNo, 'TRADE_SUCCESS', gateway.appId, gateway.sellerId, '12.34'])
  })

  test('forged notices are recognised', async () => {
    for (const outcome of ['bad_signature', 'wrong_key']) {
      await exec('alipay.trade.precreate', order(`FORGED_${outcome}`))
      assert.equal(await pay(`FORGED_${outcome}`, outcome), 'NOTPAY')
      assert.ok(!alipay.checkNotifySignV2(notices[0]))
    }
  })

  test('a trade is created once, closed, and not paid after that', async () => {
    const create = (number, more) => exec('alipay.trade.create', order(number, { productCode: 'JSAPI_PAY', opAppId: gateway.appId, buyerId: '2088102122524333', ...more }))
    const opened = await create('CREATE01')
    assert.equal((await create('CREATE01')).tradeNo, opened.tradeNo)
    assert.deepEqual(codes(await create('CREATE01', { totalAmount: '12.35' })), ['40004', 'ACQ.CONTEXT_INCONSISTENT'])
    assert.equal((await query('CREATE01')).tradeStatus, 'WAIT_BUYER_PAY')
    assert.equal((await exec('alipay.trade.close', { tradeNo: opened.tradeNo })).outTradeNo, 'CREATE01')
    assert.equal(await pay('CREATE01'), 'CLOSED')
    assert.equal((await query('CREATE01')).tradeStatus, 'TRADE_CLOSED')
    assert.deepEqual(codes(await exec('alipay.trade.close', { outTradeNo: 'CREATE01' })), ['40004', 'ACQ.TRADE_STATUS_ERROR'])
  })

  test('a payment code pays at once', async () => {
    const paid = await exec('alipay.trade.pay', order('CODE01', { scene: 'bar_code', authCode: '286061098828009400' }))
    assert.deepEqual([paid.code, paid.totalAmount], ['10000', '12.34'])
    const asked = await exec('alipay.trade.pay', order('CODE02', { scene: 'bar_code', authCode: '286061098828009401' }))
    assert.equal(asked.code, '10003')
  })

  test('pages and app orders are taken, and pay', async () => {
    const products = { 'alipay.trade.page.pay': 'FAST_INSTANT_TRADE_PAY', 'alipay.trade.wap.pay': 'QUICK_WAP_WAY' }
    for (const [method, productCode] of Object.entries(products)) {
      const number = method.split('.')[2].toUpperCase() + '01'
      const url = alipay.pageExecute(method, 'GET', { notifyUrl: notifyUrl(), bizContent: order(number, { productCode }) })
      const form = alipay.pageExecute(method, 'POST', { notifyUrl: notifyUrl(), bizContent: order(number, { productCode }) })
      assert.ok((await (await fetch(url)).text()).includes(`value="${number}"`))
      const action = /action="([^"]*)"/.exec(form)[1]
      const fields = [...form.matchAll(/name="([^"]*)" value="([^"]*)" \/>/g)].map(([, name, value]) => [name, value.replaceAll('&quot;', '"')])
      const page = await (await fetch(action, { method: 'POST', body: new URLSearchParams(fields) })).text()
      assert.ok(page.includes(`value="${number}"`), page)
      assert.equal(await pay(number), 'SUCCESS')
      assert.ok(alipay.checkNotifySignV2(notices[0]))
    }
    const text = alipay.sdkExecute('alipay.trade.app.pay', { notifyUrl: notifyUrl(), bizContent: order('APP01', { productCode: 'QUICK_MSECURITY_PAY' }) })
    assert.ok((await post('gateway.do', text)).includes('value="APP01"'))
    assert.ok((await post('gateway.do', text.replace('12.34', '12.35'))).includes('isv.invalid-signature'))
  })

  test('refunds go back once, and never more than was paid', async () => {
    await exec('alipay.trade.precreate', order('REFUND01'))
    const refund = (number, amount) => exec('alipay.trade.refund', { outTradeNo: 'REFUND01', outRequestNo: number, refundAmount: amount })
    const asked = (number) => exec('alipay.trade.fastpay.refund.query', { outTradeNo: 'REFUND01', outRequestNo: number })
    assert.deepEqual(codes(await refund('R1', '10.00')), ['40004', 'ACQ.TRADE_NOT_EXIST'])
    await pay('REFUND01')
    assert.equal((await asked('R1')).refundStatus, undefined)
    const first = await refund('R1', '10.00')
    assert.deepEqual([first.fundChange, first.refundFee], ['Y', '10.00'])
    assert.equal((await refund('R1', '10.00')).fundChange, 'N')
    const told = await asked('R1')
    assert.deepEqual([told.refundStatus, told.refundAmount, told.totalAmount], ['REFUND_SUCCESS', '10.00', '12.34'])
    assert.deepEqual(codes(await refund('R1', '9.00')), ['40004', 'ACQ.DISCORDANT_REPEAT_REQUEST'])
    assert.deepEqual(codes(await refund('R2', '2.35')), ['40004', 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL'])
    assert.equal((await refund('R2', '2.34')).refundFee, '12.34')
    assert.equal((await query('REFUND01')).tradeStatus, 'TRADE_CLOSED')
  })

  test('who does not sign as the app is told exactly why', async () => {
    const stranger = await exec('alipay.trade.query', { outTradeNo: 'QR01' }, client({ privateKey: gateway.strangersKey }))
    assert.deepEqual(codes(stranger), ['40002', 'isv.invalid-signature'])
    assert.match(stranger.subMsg, /网关生成的验签字符串为：.*app_id=2021000122671080&amp;biz_content=/)
    const other = await client({ appId: '2021000000000000' }).exec('alipay.trade.query', { bizContent: { outTradeNo: 'QR01' } })
    assert.deepEqual(codes(other), ['40002', 'isv.invalid-app-id'])
    assert.deepEqual(codes(await alipay.exec('alipay.trade.nothing', {})), ['40002', 'isv.invalid-method'])
    assert.deepEqual(codes(await exec('alipay.trade.precreate', order('-'))), ['40004', 'ACQ.INVALID_PARAMETER'])
  })

  test('answers that are forged are not taken', async () => {
    for (const fault of ['bad-sign', 'old-sign', 'garbage']) {
      await post('control', { op: 'query', fault })
      await assert.rejects(query('QR01'), fault)
    }
    await post('control', { op: 'query', fault: '' })
    await query('QR01')
  })

  test('the bill of a day is downloaded and read', async () => {
    const bill = (billDate, billType = 'trade') => exec('alipay.data.dataservice.bill.downloadurl.query', { billType, billDate })
    assert.deepEqual(codes(await bill('2020-01-01')), ['40004', 'isp.bill_not_exist'])
    assert.deepEqual(codes(await bill(new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10))), ['40002', 'isv.invalid_arguments'])
    const { pathname, search } = new URL((await bill(gateway.billDate)).billDownloadUrl)
    const res = await fetch(gateway.baseURL + pathname + search)
    const files = entries(Buffer.from(await res.arrayBuffer()))
    const day = `${gateway.sellerId}0156_${gateway.billDate.replaceAll('-', '')}`
    assert.deepEqual(Object.keys(files), [`${day}_业务明细.csv`, `${day}_业务明细(汇总).csv`])
    const rows = files[`${day}_业务明细.csv`].split('\r\n').filter((row) => row && !row.startsWith('#')).map((row) => row.split(',').map((cell) => cell.trim()))
    assert.deepEqual(rows.map((row) => [row.at(1), row.at(2), row.at(-14), row.at(-4)]),
      [['商户订单号', '业务类型', '订单金额（元）', '退款批次号/请求号'], ['BILLED1', '交易', '12.34', ''], ['BILLED1', '退款', '-0.34', 'R9']])
    assert.ok(files[`${day}_业务明细.csv`].includes('#退款合计：1笔，商家实收退款共-0.34元'))
  })
}

// changes is what certificates add.
function changes(gateway, options) {
  const query = (sdk) => sdk.exec('alipay.trade.query', { bizContent: { outTradeNo: 'QR01' } }, { validateSign: true })
  const control = (form) => fetch(`${gateway.baseURL}/control`, { method: 'POST', body: new URLSearchParams(form) })
  const download = (alipayCertSn) => sdkOf(gateway, options).exec('alipay.open.app.alipaycert.download', { bizContent: { alipayCertSn } })

  test('certificates are named in requests and answers', async () => {
    const bare = await sdkOf(gateway, { alipayPublicKey: gateway.alipayCert }).exec('alipay.trade.query', { bizContent: { outTradeNo: 'QR01' } })
    assert.deepEqual([bare.code, bare.subCode], ['40002', 'isv.missing-app-cert-sn'])
    const { config } = sdkOf(gateway, options)
    assert.equal(config.alipayCertSn, gateway.alipayCertSn)
    assert.match(config.alipayRootCertSn, /^[0-9a-f]{32}_[0-9a-f]{32}$/)
    const raw = await (await fetch(`${gateway.baseURL}/gateway.do`, { method: 'POST', body: sdkOf(gateway, options).sdkExecute('alipay.trade.query', { bizContent: { outTradeNo: 'QR01' } }), headers: { 'content-type': 'application/x-www-form-urlencoded' } })).json()
    assert.equal(raw.alipay_cert_sn, gateway.alipayCertSn)
  })

  test('a new certificate is downloaded, and signs from then on', async () => {
    const { alipayCertContent } = await download(gateway.alipayCertSn)
    assert.equal(Buffer.from(alipayCertContent, 'base64').toString(), gateway.alipayCert)
    assert.equal((await download('0'.repeat(32))).subCode, 'isv.alipay-cert-not-exist')
    assert.equal((await control({ rotate: '1' })).status, 200)
    await assert.rejects(query(sdkOf(gateway, options)), /验签失败/)
    const answer = await (await fetch(`${gateway.baseURL}/gateway.do`, { method: 'POST', body: sdkOf(gateway, options).sdkExecute('alipay.trade.query', { bizContent: { outTradeNo: 'QR01' } }), headers: { 'content-type': 'application/x-www-form-urlencoded' } })).json()
    const fresh = Buffer.from((await download(answer.alipay_cert_sn)).alipayCertContent, 'base64').toString()
    const sdk = sdkOf(gateway, { ...options, alipayPublicCertContent: fresh })
    assert.equal(sdk.config.alipayCertSn, answer.alipay_cert_sn)
    await query(sdk)
  })
}
