// A recording client around the SDK: every call goes through call(), which
// holds the answer to the envelope {code,msg[,data]} and notes the method.
import assert from 'node:assert/strict';
import { createCipheriv, createHash } from 'node:crypto';
import api from 'apifm-wxapi';
import { install } from './wx.mjs';

export const appid = 'wxsandbox00000000';
export const subDomain = 'mall';
export const merchantId = '951';

export class Client {
  constructor(base) {
    this.base = base;
    this.called = new Set();
    install(base);
    api.init3({ apiBaseUrl: base, subDomain });
    api.setMerchantId(merchantId);
  }

  // url is a method of the SDK that only builds an address.
  url(method, ...args) {
    this.called.add(method);
    return api[method](...args);
  }

  // call gives the whole envelope.
  async call(method, ...args) {
    assert.equal(typeof api[method], 'function', `${method}: not in the SDK`);
    this.called.add(method);
    let body;
    try {
      body = await api[method](...args);
    } catch (error) {
      const cause = error?.cause ? ` (${error.cause.message})` : '';
      assert.fail(`${method}: ${error?.message}${cause}`);
    }
    envelope(method, body);
    return body;
  }

  // ok is the data of a call that must succeed.
  async ok(method, ...args) {
    const body = await this.call(method, ...args);
    assert.equal(body.code, 0, `${method}: code ${body.code} ${body.msg}`);
    return body.data;
  }

  // refused expects one code; 700 comes without data.
  async refused(code, method, ...args) {
    const body = await this.call(method, ...args);
    assert.equal(body.code, code, `${method}: code ${body.code} ${body.msg}, want ${code}`);
    if (code === 700) assert.ok(!('data' in body), `${method}: 700 with data`);
    return body;
  }

  // not0 expects any refusal with a sentence to show.
  async not0(method, ...args) {
    const body = await this.call(method, ...args);
    assert.notEqual(body.code, 0, `${method}: accepted ${JSON.stringify(args).slice(0, 200)}`);
    assert.ok(body.msg, `${method}: refusal ${body.code} without a message`);
    return body;
  }

  // soon is the data of a call that succeeds within some seconds: what sweeps bring.
  async soon(method, ...args) {
    const until = Date.now() + 15_000;
    for (;;) {
      const body = await this.call(method, ...args);
      if (body.code === 0 || Date.now() > until) return body.data ?? assert.fail(`${method}: still ${body.code} ${body.msg}`);
      await new Promise((resolve) => { setTimeout(resolve, 250); });
    }
  }

  // post sends a form outside the SDK: sandbox and hostile input.
  async post(path, fields, headers = {}) {
    const body = fields instanceof URLSearchParams || typeof fields === 'string' ? fields : new URLSearchParams(fields);
    const type = typeof fields === 'string' ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {};
    const response = await fetch(this.base + path, { method: 'POST', body, headers: { ...type, ...headers }, redirect: 'error' });
    assert.equal(response.status, 200, `POST ${path}: HTTP ${response.status} ${(await response.clone().text()).slice(0, 200)}`);
    return response.json();
  }

  async get(path, headers = {}) {
    const response = await fetch(this.base + path, { headers, redirect: 'error' });
    assert.equal(response.status, 200, `GET ${path}: HTTP ${response.status}`);
    return response.json();
  }

  // sent is the newest sandbox message to a number, address or captcha key.
  async sent(to, kind = 'sms') {
    const { messages } = await this.get(`/sandbox/outbox?to=${encodeURIComponent(to)}`);
    const message = messages.find((m) => m.kind === kind);
    assert.ok(message, `no ${kind} to ${to} in the sandbox outbox`);
    return message.code;
  }

  // code asks for an SMS code and reads it from the sandbox.
  async code(mobile) {
    await this.ok('smsValidateCode', mobile);
    return this.sent(mobile);
  }

  // settle plays the payer at the sandbox gateway.
  async settle(prepayId, outcome) {
    return this.post('/sandbox/pay', outcome ? { prepay_id: prepayId, outcome } : { prepay_id: prepayId });
  }

  // shopper is a fresh account by a WeChat login: {token, uid, openid}.
  async shopper(openid) {
    const { token, uid } = await this.ok('authorize', { code: `sandbox:${openid}` });
    return { token, uid, openid };
  }

  // manager sends a staff call of the manager interface.
  async manager(path) {
    this.staff ??= (await this.post('/users/login', { username: 'admin', password: 'Admin123#' }));
    const token = find(this.staff, 'token');
    assert.ok(token, `/users/login: no token in ${JSON.stringify(this.staff).slice(0, 300)}`);
    return this.get(path, { authorization: token });
  }
}

function envelope(method, body) {
  assert.ok(body !== null && typeof body === 'object' && !Array.isArray(body), `${method}: no envelope: ${String(body).slice(0, 300)}`);
  const extra = Object.keys(body).filter((key) => !['code', 'msg', 'data'].includes(key));
  assert.deepEqual(extra, [], `${method}: keys outside {code,msg,data}`);
  assert.equal(typeof body.code, 'number', `${method}: code is no number`);
  assert.equal(typeof body.msg, 'string', `${method}: msg is no text`);
}

function find(value, key) {
  if (value === null || typeof value !== 'object') return undefined;
  if (typeof value[key] === 'string') return value[key];
  for (const child of Object.values(value)) {
    const hit = find(child, key);
    if (hit) return hit;
  }
  return undefined;
}

// shape holds an object to fields of a type: {id: 'number', pic: 'string'}; "list" is an array.
export function shape(what, object, fields) {
  assert.ok(object && typeof object === 'object', `${what}: no object: ${JSON.stringify(object)}`);
  for (const [name, type] of Object.entries(fields)) {
    const value = object[name];
    const actual = Array.isArray(value) ? 'list' : typeof value;
    assert.equal(actual, type, `${what}.${name} is ${JSON.stringify(value)}, want ${type}`);
  }
}

// encrypted is WeChat's encryptedData for an openid whose sandbox session key is base64(md5(openid)).
export function encrypted(openid, data) {
  const key = createHash('md5').update(openid).digest();
  const iv = Buffer.from('0123456789abcdef');
  const cipher = createCipheriv('aes-128-cbc', key, iv);
  const watermark = { appid, timestamp: Math.floor(Date.now() / 1000) };
  const text = JSON.stringify({ openId: openid, ...data, watermark });
  return {
    encryptedData: Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]).toString('base64'),
    iv: iv.toString('base64'),
  };
}

// fen turns yuan of an answer into an integer, and refuses more than two decimals.
export function fen(yuan) {
  assert.equal(typeof yuan, 'number', `not an amount: ${JSON.stringify(yuan)}`);
  const value = Math.round(yuan * 100);
  assert.ok(Math.abs(value - yuan * 100) < 1e-6, `${yuan} has more than two decimals`);
  return value;
}
