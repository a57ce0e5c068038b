// Membership levels: what they cost, buying from the balance and at the gateway.
import assert from 'node:assert/strict';
import { fen, shape } from '../client.mjs';
import { balance, buyer, prepay } from './buyer.mjs';

export async function levels(t, { c, goods }) {
  const price = async (token) => fen((await c.ok('goodsPriceV2', { token, goodsId: goods.plain.id })).price);
  let level;
  let prices;

  await t.test('the levels and their price lists', async () => {
    assert.equal(typeof (await c.ok('vipLevel')), 'number');
    const list = await c.ok('userLevelList', { page: 1, pageSize: 50 });
    shape('userLevelList', list, { result: 'list', totalRow: 'number', totalPage: 'number' });
    [level] = list.result;
    shape('userLevelList[0]', level, { id: 'number', name: 'string', level: 'number', paixu: 'number', rebate: 'number', status: 'number', dateAdd: 'string', dateUpdate: 'string' });
    const { info, extJson } = await c.ok('userLevelDetail', level.id);
    assert.deepEqual(info, level);
    assert.equal(extJson['折扣'], '全场九五折');
    await c.refused(700, 'userLevelDetail', 999999);
    prices = await c.ok('userLevelPrices', level.id);
    for (const row of prices) shape('userLevelPrices[]', row, { id: 'number', duration: 'number', unitStr: 'string', price: 'number' });
    assert.deepEqual(prices.map((p) => `${p.price}/${p.duration}${p.unitStr}`), ['0/7天', '30/1月', '70/3月', '200/1年']);
    await c.refused(700, 'userLevelPrices', 999999);
  });

  await t.test('a trial, once', async () => {
    const { token } = await c.shopper('sdk-trial');
    const full = await price(token);
    await c.refused(700, 'userLevelBuyLogs', { token });
    await c.ok('userLevelBuy', token, prices[0].id);
    assert.equal(await price(token), Math.round(full * 0.95));
    const { base, userLevel } = await c.ok('userDetail', token);
    assert.deepEqual([base.levelId, userLevel.name, base.levelRenew], [level.id, level.name, false]);
    const days = (Date.parse(base.levelExpire.replace(' ', 'T')) - Date.parse(base.getLevelDate.replace(' ', 'T'))) / 86_400_000;
    assert.equal(days, 7);
    await c.not0('userLevelBuy', token, prices[0].id);
  });

  await t.test('from the balance, and renewing', async () => {
    const { token } = await buyer(c, 'sdk-member', 50);
    await c.ok('userLevelBuy', token, prices[1].id, true, '第一个月');
    assert.equal(await balance(c, token), 2000);
    assert.equal((await c.ok('userDetail', token)).base.levelRenew, true);
    const logs = await c.ok('userLevelBuyLogs', { token, page: 1, pageSize: 10 });
    shape('userLevelBuyLogs[0]', logs.result[0], { id: 'number', levelId: 'number', money: 'number', orderNumber: 'string', dateAdd: 'string', remark: 'string' });
    assert.deepEqual([logs.totalPage, logs.result[0].money, logs.result[0].remark], [1, 30, '第一个月']);
    const short = await c.refused(20000, 'userLevelBuy', token, prices[1].id);
    assert.equal(short.data, 10, 'what is missing');

    const nextAction = JSON.stringify({ type: 6, userLevelPriceId: prices[1].id, isAutoRenew: false });
    const params = await c.ok('wxpay', { token, money: short.data, payName: '购买会员', remark: '购买会员', nextAction });
    assert.deepEqual(await c.settle(prepay(params), 'duplicate'), { trade_state: 'SUCCESS' });
    await c.ok('payQuery', token, params.outTradeId);
    assert.equal(await balance(c, token), 0);
    assert.equal((await c.ok('userLevelBuyLogs', { token })).totalRow, 2);
    assert.equal((await c.ok('userDetail', token)).base.levelRenew, false, 'the newest purchase decides');
    await c.not0('wxpay', { token, money: 30, nextAction: JSON.stringify({ type: 6, userLevelPriceId: 999999 }) });
    await c.not0('wxpay', { token, money: 1, nextAction });
  });
}
