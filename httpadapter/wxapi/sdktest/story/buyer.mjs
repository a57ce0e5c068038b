// A shopper who can buy: an account with balance, and the orders it places.
import assert from 'node:assert/strict';
import { fen } from '../client.mjs';
import { home } from './address.mjs';

// buyer is a fresh shopper with some yuan on the balance, paid in at the sandbox gateway.
export async function buyer(c, openid, yuan) {
  const shopper = await c.shopper(openid);
  if (yuan) {
    const paid = await c.ok('wxpay', { token: shopper.token, money: yuan, payName: '充值', remark: '在线充值' });
    assert.deepEqual(await c.settle(prepay(paid)), { trade_state: 'SUCCESS' });
  }
  return shopper;
}

// prepay is the gateway's number out of the parameters for wx.requestPayment.
export function prepay(params) {
  return params.package.replace(/^prepay_id=/, '');
}

// parcel is the input of orderCreate for goods sent by express.
export function parcel(token, lines, extra = {}) {
  const { linkMan, mobile, provinceId, cityId, districtId, address, code } = home;
  return {
    token, goodsJsonStr: JSON.stringify(lines.map(line)), remark: '请尽快', peisongType: 'kd', goodsType: 0, deductionScore: -1,
    linkMan, mobile, provinceId, cityId, districtId, address, code, ...extra,
  };
}

function line({ goods, number = 1, propertyChildIds = '', additions }) {
  const fields = { goodsId: goods.id, number, propertyChildIds, logisticsType: goods.logisticsId > 0 ? 1 : 0, inviter_id: 0 };
  if (additions) fields.goodsAdditionList = additions;
  return fields;
}

// order places goods and pays them from the balance.
export async function bought(c, token, lines, extra) {
  const order = await c.ok('orderCreate', parcel(token, lines, extra));
  await c.ok('orderPay', token, order.id);
  return order;
}

// status is what orderDetail prints now.
export async function status(c, token, id) {
  return (await c.ok('orderDetail', token, id)).orderInfo.status;
}

// balance is the spendable money in fen.
export async function balance(c, token) {
  return fen((await c.ok('userAmount', token)).balance);
}
