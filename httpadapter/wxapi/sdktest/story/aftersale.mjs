// Claims: applied, withdrawn, refused, refunded.
import assert from 'node:assert/strict';
import { fen, shape } from '../client.mjs';
import { balance, bought, buyer, parcel, prepay, status } from './buyer.mjs';

export async function aftersale(t, { c, goods }) {
  const { token } = await buyer(c, 'sdk-claim', 400);
  const { plain } = goods;
  const claim = (order, extra = {}) => ({ token, orderId: order.id, type: 0, logisticsStatus: 0, reason: '不想要了', amount: order.amountReal, remark: '谢谢', ...extra });

  await t.test('apply, look, withdraw', async () => {
    const order = await bought(c, token, [{ goods: plain }]);
    await c.refused(700, 'refundApplyDetail', token, order.id);
    await c.refused(700, 'orderRefunds', token, order.id);
    await c.not0('refundApply', claim(order, { amount: order.amountReal + 1 }));
    await c.ok('refundApply', claim(order, { pic: plain.pic }));
    await c.refused(20000, 'refundApply', claim(order));
    const [entry] = await c.ok('refundApplyDetail', token, order.id);
    shape('refundApplyDetail[0].baseInfo', entry.baseInfo, { id: 'number', orderId: 'number', amount: 'number', dateAdd: 'string', status: 'number', statusStr: 'string', type: 'number', typeStr: 'string', logisticsStatus: 'number', reason: 'string', remark: 'string' });
    assert.equal(entry.pics[0].pic, plain.pic);
    assert.ok((await c.ok('orderRefunds', token, order.id)).length >= 1);
    assert.ok((await c.ok('orderList', { token, hasRefund: true })).orderList.some((row) => row.id === order.id && row.hasRefund));
    const stranger = await c.shopper('sdk-stranger');
    await c.not0('refundApplyCancel', stranger.token, order.id);
    await c.ok('refundApplyCancel', token, order.id);
    await c.not0('refundApplyCancel', token, order.id);
    assert.equal(await status(c, token, order.id), 1);
  });

  await t.test('the merchant refuses', async () => {
    const order = await bought(c, token, [{ goods: plain }]);
    await c.ok('refundApply', claim(order));
    const before = await balance(c, token);
    await c.post('/sandbox/claim', { order_id: order.id, decision: 'refuse' });
    assert.equal(await balance(c, token), before);
    assert.equal(await status(c, token, order.id), 1);
  });

  await t.test('the merchant refunds the whole', async () => {
    const order = await bought(c, token, [{ goods: plain, number: 2 }]);
    const before = await balance(c, token);
    await c.ok('refundApply', claim(order));
    await c.post('/sandbox/claim', { order_id: order.id, decision: 'refund' });
    assert.equal(await balance(c, token), before + fen(order.amountReal));
    assert.equal(await status(c, token, order.id), -1);
    await c.not0('refundApply', claim(order));
  });

  await t.test('what was paid at the gateway goes back there', async () => {
    const poor = await c.shopper('sdk-claim-gateway');
    const order = await c.ok('orderCreate', parcel(poor.token, [{ goods: plain }]));
    const nextAction = JSON.stringify({ type: 0, id: order.id });
    await c.settle(prepay(await c.ok('wxpay', { token: poor.token, money: order.amountReal, payName: '支付订单', nextAction })));
    await c.ok('refundApply', { ...claim(order), token: poor.token });
    await c.post('/sandbox/claim', { order_id: order.orderNumber, decision: 'refund' });
    assert.equal(await status(c, poor.token, order.id), -1);
    assert.equal(await balance(c, poor.token), 0);
    const { orderInfo } = await c.ok('orderDetail', poor.token, order.id);
    assert.equal(fen(orderInfo.amountRefundTotal), fen(order.amountReal));
  });

  await t.test('goods come back, and an exchange ends', async () => {
    const order = await bought(c, token, [{ goods: plain }]);
    await c.manager(`/order/ship?order_id=${order.id}&action=1`);
    await c.ok('orderDelivery', token, order.id);
    await c.ok('refundApply', claim(order, { type: 1, logisticsStatus: 1 }));
    const before = await balance(c, token);
    await c.post('/sandbox/claim', { order_id: order.id, decision: 'accept' });
    assert.equal(await balance(c, token), before, 'the goods are not back yet');
    await c.post('/sandbox/claim', { order_id: order.id, decision: 'refund' });
    assert.equal(await balance(c, token), before + fen(order.amountReal));

    const other = await bought(c, token, [{ goods: plain }]);
    await c.manager(`/order/ship?order_id=${other.id}&action=1`);
    await c.ok('orderDelivery', token, other.id);
    await c.ok('refundApply', claim(other, { type: 2, logisticsStatus: 1, amount: 0 }));
    await c.post('/sandbox/claim', { order_id: other.id, decision: 'refund' });
    assert.equal(await status(c, token, other.id), 3);
  });

  await t.test('one piece of a line comes back', async () => {
    const order = await bought(c, token, [{ goods: plain, number: 2 }]);
    const [row] = (await c.ok('orderDetail', token, order.id)).goods;
    const before = await balance(c, token);
    const half = fen(plain.minPrice) / 100;
    await c.ok('refundApply', claim(order, { orderGoodsId: row.id, number: 1, amount: half }));
    const [entry] = await c.ok('refundApplyDetail', token, order.id, row.id);
    assert.deepEqual([entry.baseInfo.orderGoodsId, entry.baseInfo.number], [row.id, 1]);
    await c.post('/sandbox/claim', { order_id: order.id, decision: 'refund' });
    assert.equal(await balance(c, token), before + fen(half));
    assert.equal(await status(c, token, order.id), 1);
  });
}
