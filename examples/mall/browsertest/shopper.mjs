// A shopper of wxapi and one of the O2O mini program, by plain HTTP.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';

const address = {
  linkMan: '张三', mobile: '13800000000', provinceId: '330000000000', cityId: '330100000000', districtId: '330106000000', address: '文三路 1 号',
};

// answer is the data of an API's answer whose code must be 0.
async function answer(url, options) {
  const body = await (await fetch(url, options)).json();
  assert.equal(body.code, 0, `${url}: ${JSON.stringify(body).slice(0, 300)}`);
  return body.data;
}

function post(url, fields) {
  return answer(url, { method: 'POST', body: new URLSearchParams(fields) });
}

// pay settles what a mini program got for wx.requestPayment at the sandbox gateway.
async function pay(base, prepaid) {
  const settled = await fetch(`${base}/sandbox/pay`, { method: 'POST', body: new URLSearchParams({ prepay_id: prepaid.replace('prepay_id=', '') }) });
  assert.deepEqual(await settled.json(), { trade_state: 'SUCCESS' });
}

// Shopper is somebody in the shop of wxapi.
export class Shopper {
  static async signIn(base) {
    const { token } = await post(`${base}/mall/user/username/login`, { username: 'demo', pwd: 'demo123', deviceId: 'test', deviceName: 'test' });
    return new Shopper(base, token);
  }

  constructor(base, token) {
    this.base = base;
    this.token = token;
  }

  // goods are those on sale with a name, as the goods list shows them.
  async goods(name) {
    const body = await (await fetch(`${this.base}/mall/shop/goods/list/v2`, { method: 'POST', body: new URLSearchParams({ nameLike: name }) })).json();
    if (body.code === 700) return [];
    assert.equal(body.code, 0, JSON.stringify(body));
    return body.data.result;
  }

  // buy places an order of a piece and pays it at the sandbox gateway.
  async buy(goods) {
    const line = { goodsId: goods.id, number: 1, propertyChildIds: '', logisticsType: goods.logisticsId > 0 ? 1 : 0, inviter_id: 0 };
    const order = await post(`${this.base}/mall/order/create`, { token: this.token, goodsJsonStr: JSON.stringify([line]), peisongType: 'kd', ...address });
    const paying = await post(`${this.base}/mall/pay/wx/wxapp`, {
      token: this.token, money: order.amountReal, payName: '支付订单', nextAction: JSON.stringify({ type: 0, id: order.id }),
    });
    await pay(this.base, paying.package);
    assert.equal((await this.order(order.id)).status, 1, 'paid, not sent');
    return order;
  }

  // order is an order as its detail shows it: status 1 is paid, 2 is sent.
  async order(id) {
    return (await answer(`${this.base}/mall/order/detail?token=${this.token}&id=${id}`)).orderInfo;
  }
}

// across is the address of the page for a new order of the sandbox's tester at
// a merchant of the second operating centre.
export async function across(base) {
  const api = `${base}/api/user`;
  const { token, userInfo } = await answer(`${api}/wxLogin?code=user`);
  const { list: merchants } = await answer(`${api}/merchants?token=${token}&pageSize=20`);
  const there = merchants.find((m) => m.isOperSelf === 0);
  const { list: [voucher] } = await answer(`${api}/goods?token=${token}&merchant_id=${there.id}`);
  const order = await post(`${api}/order/buy`, { token, goods_id: voucher.id, number: 1 });
  assert.equal(order.isOperSelf, 0);
  return { targetOperId: there.oper_id, orderNo: order.order_no, userId: userInfo.id };
}

// payScanned is what somebody without an account does with the scene of a code
// in the second centre's mini program: enters, pays, looks.
export async function payScanned(base, scene) {
  const api = `${base}/api/user`;
  const { token } = await answer(`${api}/wxLogin?${new URLSearchParams({ code: `sandbox:${randomUUID()}`, appid: 'wxsandbox00000002' })}`);
  const { payload } = await post(`${api}/loginWithSceneId`, { token, sceneId: scene });
  const { sdk_config: config } = await post(`${api}/order/pay`, { token, order_no: payload.order_no });
  await pay(base, config.package);
  return { payload, order: await answer(`${api}/order/detail?${new URLSearchParams({ token, order_no: payload.order_no })}`) };
}

// Staff is somebody at the management API.
export class Staff {
  static async signIn(base, username, password) {
    const staff = new Staff(base, '');
    staff.token = (await staff.call('/users/login', { username, password })).token;
    return staff;
  }

  constructor(base, token) {
    this.base = base;
    this.token = token;
  }

  // call is the answer to a POST, which must succeed.
  async call(path, fields) {
    const body = await (await fetch(this.base + path, { method: 'POST', headers: { authorization: this.token }, body: new URLSearchParams(fields) })).json();
    assert.equal(body.state, true, `${path}: ${JSON.stringify(body)}`);
    return body;
  }

  // clerk makes an account of the default role and gives its name and password.
  async clerk() {
    const username = `clerk-${randomUUID().slice(0, 8)}`;
    const password = randomUUID();
    await this.call('/users/addUser', { username, password, nickname: '店员', phone: '' });
    return { username, password };
  }
}
