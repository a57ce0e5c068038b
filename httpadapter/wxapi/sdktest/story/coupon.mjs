// Coupons: claimed, asked for by password, bought, used, given, merged.
import assert from 'node:assert/strict';
import { fen, shape } from '../client.mjs';
import { balance, buyer, parcel, prepay, status } from './buyer.mjs';

const ruleFields = {
  id: 'number', name: 'string', moneyType: 'number', moneyMin: 'number', moneyMax: 'number', moneyHreshold: 'number', needAmount: 'number', needScore: 'number',
  numberTotle: 'number', numberLeft: 'number', numberGit: 'number', numberUsed: 'number', numberPersonMax: 'number', dateStartType: 'number', dateEndType: 'number',
  onlyFreight: 'boolean', showInFront: 'boolean', shopId: 'number', status: 'number', statusStr: 'string', isCash: 'boolean',
};
const couponFields = {
  id: 'number', pid: 'number', name: 'string', money: 'number', moneyType: 'number', moneyHreshold: 'number', dateStart: 'string', dateEnd: 'string',
  dateAdd: 'string', status: 'number', statusStr: 'string', source: 'string', onlyFreight: 'boolean', shopId: 'number',
};

export async function coupons(t, { c, goods }) {
  const { plain } = goods;
  const rules = await c.ok('coupons', {});
  const off = rules.find((rule) => !rule.pwd && rule.needAmount === 0);
  const secret = rules.find((rule) => rule.pwd === 'Y');
  const dear = rules.find((rule) => rule.needAmount > 0);
  const pieces = Math.ceil(fen(off.moneyHreshold) / fen(plain.minPrice));

  await t.test('lists and claims', async () => {
    const { token } = await c.shopper('sdk-coupon');
    for (const rule of rules) shape('coupons[]', rule, ruleFields);
    assert.deepEqual((await c.ok('coupons', { type: off.type })).map((rule) => rule.id), [off.id]);
    assert.ok((await c.ok('coupons', { refId: plain.id })).some((rule) => rule.id === off.id));
    await c.refused(700, 'coupons', { type: '没有' });
    shape('couponDetail', (await c.ok('couponDetail', off.id)).info, ruleFields);
    await c.refused(700, 'couponDetail', 999999);
    await c.refused(2000, 'fetchCoupons', { id: off.id });
    await c.refused(700, 'myCoupons', { token });
    await c.ok('fetchCoupons', { token, id: off.id, detect: true });
    await c.refused(700, 'myCoupons', { token });
    for (let i = 0; i < off.numberPersonMax; i++) await c.ok('fetchCoupons', { token, id: off.id });
    await c.refused(20003, 'fetchCoupons', { token, id: off.id });
    await c.refused(700, 'fetchCoupons', { token, id: secret.id, pwd: 'wrong' });
    await c.ok('fetchCoupons', { token, id: secret.id, pwd: 'mall' });
    const mine = await c.ok('myCoupons', { token, status: 0 });
    assert.equal(mine.length, off.numberPersonMax + 1);
    for (const coupon of mine) shape('myCoupons[]', coupon, couponFields);
    await c.refused(700, 'myCoupons', { token, status: '1,2,3' });
    await c.refused(700, 'exchangeCoupons', token, '0000000000000000', 'ABCDEFGHIJKL');
  });

  await t.test('bought at the gateway', async () => {
    const { token } = await c.shopper('sdk-coupon-buyer');
    const { data } = await c.refused(30002, 'fetchCoupons', { token, id: dear.id });
    assert.equal(data, dear.needAmount);
    const params = await c.ok('wxpay', { token, money: data, payName: dear.name, nextAction: JSON.stringify({ type: 7, couponRuleId: dear.id }) });
    await c.refused(700, 'myCoupons', { token });
    await c.settle(prepay(params));
    assert.deepEqual((await c.ok('myCoupons', { token })).map((coupon) => coupon.pid), [dear.id]);
    assert.equal(await balance(c, token), 0);
  });

  await t.test('used by an order, and back with its end', async () => {
    const { token } = await buyer(c, 'sdk-coupon-user', 500);
    await c.ok('fetchCoupons', { token, id: off.id });
    const [coupon] = await c.ok('myCoupons', { token, status: 0 });
    const lines = [{ goods: plain, number: pieces }];
    const without = await c.ok('orderCreate', parcel(token, lines, { calculate: true }));
    assert.deepEqual(without.couponUserList.map((x) => x.id), [coupon.id]);
    shape('couponUserList[0]', without.couponUserList[0], couponFields);
    const quote = await c.ok('orderCreate', parcel(token, lines, { calculate: true, couponId: coupon.id }));
    assert.deepEqual([fen(quote.couponAmount), quote.couponId], [fen(coupon.money), [coupon.id]]);
    assert.equal(fen(quote.amountReal), fen(without.amountReal) - fen(coupon.money));
    await c.not0('orderCreate', parcel(token, [{ goods: plain }], { couponId: pieces > 1 ? coupon.id : 999999 }));
    const order = await c.ok('orderCreate', parcel(token, lines, { couponId: coupon.id }));
    assert.equal(fen(order.amountReal), fen(quote.amountReal));
    await c.not0('orderCreate', parcel(token, lines, { couponId: coupon.id }));
    assert.deepEqual((await c.ok('myCoupons', { token, status: '1,2,3' })).map((x) => x.status), [1]);
    await c.ok('orderClose', token, order.id);
    const [back] = await c.ok('myCoupons', { token, status: 0 });
    assert.deepEqual([back.id, back.dateEnd], [coupon.id, coupon.dateEnd]);
    const again = await c.ok('orderCreate', parcel(token, lines, { couponId: coupon.id }));
    await c.ok('orderPay', token, again.id);
    assert.equal(await status(c, token, again.id), 1);
  });

  await t.test('given away and merged', async () => {
    const [giver, taker] = [await c.shopper('sdk-coupon-giver'), await c.shopper('sdk-coupon-taker')];
    await c.ok('fetchCoupons', { token: giver.token, id: off.id });
    await c.ok('fetchCoupons', { token: taker.token, id: off.id });
    const [gift] = await c.ok('myCoupons', { token: giver.token });
    await c.not0('sendCoupons', { token: taker.token, id: gift.id, uid: giver.uid });
    await c.refused(700, 'sendCoupons', { token: giver.token, id: gift.id, mobile: '13899999999' });
    await c.ok('sendCoupons', { token: giver.token, id: gift.id, uid: taker.uid });
    await c.refused(700, 'myCoupons', { token: giver.token });
    const [rule] = await c.ok('mergeCouponsRules');
    shape('mergeCouponsRules[0]', rule, { id: 'number', name: 'string', rules: 'list' });
    for (const part of rule.rules) shape('rules[]', part, { id: 'number', type: 'number', typeStr: 'string', couponId: 'number', couponName: 'string', number: 'number' });
    const both = (await c.ok('myCoupons', { token: taker.token })).map((coupon) => coupon.id);
    await c.not0('mergeCoupons', { token: taker.token, mergeId: rule.id, couponIds: String(both[0]) });
    await c.ok('mergeCoupons', { token: taker.token, mergeId: rule.id, couponIds: both.join(',') });
    await c.not0('mergeCoupons', { token: taker.token, mergeId: rule.id, couponIds: both.join(',') });
    const [made] = await c.ok('myCoupons', { token: taker.token, status: 0 });
    assert.equal(made.pid, rule.rules.find((part) => part.type === 1).couponId);
  });
}
