// From the price that a quote names to the review: orders paid from the balance.
import assert from 'node:assert/strict';
import { fen, shape } from '../client.mjs';
import { balance, bought, buyer, parcel, status } from './buyer.mjs';

const pickUpShop = 1; // the first shop of the demo data

export async function orders(t, { c, goods, addons }) {
  const { token } = await buyer(c, 'sdk-order', 90);
  const { plain, sku, freight, other, limited, last, addon } = goods;

  await t.test('quote', async () => {
    const quote = await c.ok('orderCreate', parcel(token, [{ goods: plain, number: 2 }], { calculate: true }));
    shape('orderCreate(calculate)', quote, { amountTotle: 'number', amountReal: 'number', amountLogistics: 'number', couponAmount: 'number', deductionMoney: 'number', goodsNumber: 'number', isNeedLogistics: 'boolean', score: 'number', couponUserList: 'list' });
    assert.deepEqual([fen(quote.amountTotle), quote.goodsNumber, quote.isNeedLogistics], [2 * fen(plain.minPrice), 2, true]);
    assert.equal(fen(quote.amountReal), fen(quote.amountTotle) + fen(quote.amountLogistics));
    const sent = await c.ok('orderCreate', parcel(token, [{ goods: freight }], { calculate: true }));
    assert.ok(fen(sent.amountLogistics) > 0, 'freight goods travel free');
    const twice = await c.ok('orderCreate', parcel(token, [{ goods: plain }, { goods: plain }], { calculate: true }));
    assert.equal(fen(twice.amountTotle), 2 * fen(plain.minPrice));
    const { token: vip } = await c.ok('login_username', { username: 'vip', pwd: 'demo123' });
    const member = await c.ok('orderCreate', parcel(vip, [{ goods: plain, number: 1 }], { calculate: true }));
    assert.equal(fen(member.amountReal) - fen(member.amountLogistics), Math.floor((fen(plain.minPrice) * 95 + 50) / 100));
    await c.refused(700, 'orderList', { token });
  });

  let paid;
  await t.test('place, pay from the balance, ship, receive, review', async () => {
    const before = await balance(c, token);
    const order = await c.ok('orderCreate', parcel(token, [{ goods: plain }]));
    shape('orderCreate', order, { id: 'number', orderNumber: 'string', status: 'number', amountReal: 'number', score: 'number', dateAdd: 'string' });
    assert.equal(order.status, 0);
    assert.match(order.dateAdd, /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
    assert.equal((await c.ok('orderStatisticsv2', { token })).count_id_no_pay, 1);
    await c.not0('orderDelivery', token, order.id);
    await c.ok('orderPay', token, order.id);
    await c.not0('orderPay', token, order.id);
    assert.equal(await balance(c, token), before - fen(order.amountReal));
    const stats = await c.ok('orderStatistics', token);
    for (const key of ['count_id_no_pay', 'count_id_no_transfer', 'count_id_no_confirm', 'count_id_no_reputation', 'count_id_success', 'count_id_close']) assert.equal(typeof stats[key], 'number');
    assert.deepEqual([stats.count_id_no_pay, stats.count_id_no_transfer], [0, 1]);

    const detail = await c.ok('orderDetail', token, order.id);
    shape('orderInfo', detail.orderInfo, { id: 'number', orderNumber: 'string', status: 'number', statusStr: 'string', type: 'number', uid: 'number', goodsNumber: 'number', amount: 'number', amountLogistics: 'number', amountReal: 'number', remark: 'string', hasRefund: 'boolean', isPay: 'boolean', isNeedLogistics: 'boolean', dateAdd: 'string' });
    shape('orderGoods', detail.goods[0], { id: 'number', orderId: 'number', goodsId: 'number', goodsName: 'string', pic: 'string', number: 'number', amount: 'number', amountSingle: 'number', afterSale: 'string' });
    assert.equal(detail.goods[0].afterSale, '0,1,2');
    shape('logistics', detail.logistics, { linkMan: 'string', mobile: 'string', provinceStr: 'string', cityStr: 'string', areaStr: 'string', address: 'string' });
    assert.deepEqual(detail.logs.map((log) => log.type).sort(), [0, 1]);

    await c.manager(`/order/ship?order_id=${order.id}&action=1`);
    assert.equal(await status(c, token, order.id), 2);
    await c.ok('orderDelivery', token, order.id);
    assert.equal(await status(c, token, order.id), 3);
    const reputations = [{ id: String(detail.goods[0].id), reputation: 2, reputationNumber: 5, remark: '很好😀', pics: [plain.pic] }];
    const review = { postJsonString: JSON.stringify({ token, orderId: String(order.id), reputations }) };
    await c.ok('orderReputation', review);
    await c.not0('orderReputation', review);
    assert.equal(await status(c, token, order.id), 4);
    const list = await c.ok('goodsReputation', { goodsId: plain.id });
    shape('goodsReputation[0].goods', list[0].goods, { goodsId: 'number', goodReputation: 'number', goodReputationRemark: 'string', dateReputation: 'string' });
    assert.equal(list[0].reputationPics[0].pic, plain.pic);
    const page = await c.ok('goodsReputationV2', { goodsId: plain.id, page: 1, pageSize: 5 });
    assert.ok(page.totalRow >= 1 && page.result.length >= 1);
    assert.ok((await c.soon('goodsDynamic', 1)).length >= 1);
    shape('goodsDynamicV2[0]', (await c.soon('goodsDynamicV2', { type: 0 })).result[0], { goodsId: 'number', goodsName: 'string', pic: 'string', nick: 'string' });
    paid = order;
  });

  await t.test('the history of purchases', async () => {
    for (const method of ['myBuyGoodsHis', 'myBuyGoodsHisV2']) {
      const { result } = await c.ok(method, { token, page: 1, pageSize: 20 });
      assert.deepEqual(result.map((row) => row.goodsId), [plain.id]);
      shape(`${method}[0]`, result[0], { goodsId: 'number', goodsName: 'string', pic: 'string', minPrice: 'number', numberSells: 'number', dateAdd: 'string' });
      await c.refused(700, method, { token, nameLike: 'no such goods' });
    }
    const rows = (await c.post('/api/mall/shop/goods/his/list', { token })).data;
    assert.deepEqual(rows.map((row) => row.goodsId), [plain.id]);
    await c.ok('myBuyGoodsHisDelete', token, '', plain.id);
    await c.refused(700, 'myBuyGoodsHisDelete', token, '', plain.id);
    await c.refused(700, 'myBuyGoodsHis', { token });
  });

  await t.test('list', async () => {
    const list = await c.ok('orderList', { token, page: 1, pageSize: 20, status: '' });
    shape('orderList', list, { orderList: 'list', goodsMap: 'object', logisticsMap: 'object', totalRow: 'number', totalPage: 'number' });
    assert.ok(list.goodsMap[paid.id].length >= 1);
    assert.ok(list.logisticsMap[paid.id]);
    assert.ok((await c.ok('orderList', { token, status: 4 })).orderList.every((row) => row.status === 4));
    await c.refused(700, 'orderList', { token, status: 2 });
    await c.refused(700, 'orderList', { token, hasRefund: true });
  });

  await t.test('close, delete, and nobody else may', async () => {
    const order = await c.ok('orderCreate', parcel(token, [{ goods: plain }]));
    const stranger = await c.shopper('sdk-stranger');
    await c.not0('orderClose', stranger.token, order.id);
    await c.not0('orderPay', stranger.token, order.id);
    await c.refused(700, 'orderDetail', stranger.token, order.id);
    await c.not0('orderDelete', stranger.token, order.id);
    await c.ok('orderClose', token, order.id);
    assert.equal(await status(c, token, order.id), -1);
    await c.not0('orderClose', token, order.id);
    await c.not0('orderPay', token, order.id);
    await c.ok('orderDelete', token, order.id);
    assert.ok(!(await c.ok('orderList', { token, pageSize: 50 })).orderList.some((row) => row.id === order.id));
  });

  await t.test('options, add-ons, two shops, an id list', async () => {
    const rich = await buyer(c, 'sdk-rich', 1500);
    const lines = [{ goods: plain }, { goods: other }];
    const single = await c.ok('orderCreate', parcel(rich.token, lines, { filterShopId: 0 }));
    const second = await c.ok('orderCreate', parcel(rich.token, lines, { filterShopId: other.shopId }));
    const infos = [];
    for (const order of [single, second]) infos.push(await c.ok('orderDetail', rich.token, order.id));
    assert.deepEqual(infos.map((d) => d.goods.map((g) => g.goodsId)), [[plain.id], [other.id]]);
    const before = await balance(c, rich.token);
    await c.ok('orderPay', rich.token, `${single.id},${second.id}`);
    assert.equal(await balance(c, rich.token), before - fen(single.amountReal) - fen(second.amountReal));

    await c.not0('orderCreate', parcel(rich.token, [{ goods: sku }]));
    const [row] = sku.detail.skuList;
    const dressed = await bought(c, rich.token, [{ goods: sku, propertyChildIds: `,${row.propertyChildIds}` }]);
    const [bag] = (await c.ok('orderDetail', rich.token, dressed.id)).goods;
    assert.deepEqual([fen(bag.amountSingle), bag.property.includes(':')], [fen(row.price), true]);
    const additions = addons.map((group) => ({ id: group.items[0].id, pid: group.id }));
    const extra = addons.reduce((sum, group) => sum + fen(group.items[0].price), 0);
    const sweet = await c.ok('orderCreate', parcel(rich.token, [{ goods: addon, additions }]));
    const info = (await c.ok('orderDetail', rich.token, sweet.id)).orderInfo;
    assert.equal(fen(info.amount), fen(addon.minPrice) + extra);

    const dead = await c.ok('orderCreate', parcel(rich.token, [{ goods: plain }]));
    const live = await c.ok('orderCreate', parcel(rich.token, [{ goods: plain }]));
    await c.ok('orderClose', rich.token, dead.id);
    await c.not0('orderPay', rich.token, `${live.id},${dead.id}`);
    assert.equal(await status(c, rich.token, live.id), 0);
  });

  await t.test('limits and the last piece', async () => {
    const rich = await buyer(c, 'sdk-limit', 300);
    const [rule] = await c.ok('goodsLimitations', limited.id);
    await c.not0('orderCreate', parcel(rich.token, [{ goods: limited, number: rule.buyNumbers + 1 }]));
    await c.ok('orderCreate', parcel(rich.token, [{ goods: limited, number: rule.buyNumbers }]));
    await c.not0('orderCreate', parcel(rich.token, [{ goods: limited }]));

    const first = await c.ok('orderCreate', parcel(rich.token, [{ goods: last }]));
    await c.not0('orderCreate', parcel(token, [{ goods: last }]));
    await c.ok('orderClose', rich.token, first.id);
    await c.ok('orderClose', token, (await c.ok('orderCreate', parcel(token, [{ goods: last }]))).id);
  });

  await t.test('pick-up and redemption by the clerk', async () => {
    const order = await c.ok('orderCreate', parcel(token, [{ goods: plain }], { peisongType: 'zq', isCanHx: true, shopIdZt: pickUpShop, shopNameZt: '自提点' }));
    await c.ok('orderPay', token, order.id);
    const { hxNumber } = (await c.ok('orderDetail', token, order.id)).orderInfo;
    assert.ok(hxNumber, 'no redemption code');
    const stranger = await c.shopper('sdk-stranger');
    await c.not0('orderHXV2', { token: stranger.token, hxNumber });
    const clerk = await c.ok('authorize', { code: 'sandbox:demo-clerk' });
    assert.equal((await c.ok('orderDetail', clerk.token, '', hxNumber)).orderInfo.id, order.id);
    await c.not0('orderHXV2', { token: clerk.token, hxNumber: 'no-such-code' });
    await c.ok('orderHXV2', { token: clerk.token, hxNumber });
    await c.not0('orderHXV2', { token: clerk.token, hxNumber });
    assert.equal(await status(c, token, order.id), 3);
  });
}
