// Recharge, the balance and its log, payment by the gateway with all its accidents.
import assert from 'node:assert/strict';
import { fen, shape } from '../client.mjs';
import { balance, buyer, parcel, prepay, status } from './buyer.mjs';

const pay = (token, order, extra = {}) => ({
  token, money: order.amountReal, payName: '支付订单', remark: `订单 ${order.id}`, nextAction: JSON.stringify({ type: 0, id: order.id }), ...extra,
});

export async function money(t, { c, goods }) {
  const { plain } = goods;

  await t.test('recharge', async () => {
    const { token } = await c.shopper('sdk-money');
    const amounts = await c.ok('userAmount', token);
    shape('userAmount', amounts, { balance: 'number', freeze: 'number', score: 'number', growth: 'number', totleConsumed: 'number', fxCommisionPaying: 'number', totalPayAmount: 'number', totalPayNumber: 'number', totalScore: 'number', totalWithdraw: 'number' });
    assert.deepEqual(await c.ok('userAmountV2', token), amounts);
    assert.equal(fen(amounts.balance), 0);
    await c.refused(700, 'cashLogsV2', { token });

    const rules = await c.ok('rechargeSendRules');
    assert.ok(rules.length >= 2);
    for (const rule of rules) shape('rechargeSendRules[]', rule, { confine: 'number', send: 'number' });
    const params = await c.ok('wxpay', { token, money: 5, payName: '充值', remark: '' });
    shape('wxpay', params, { timeStamp: 'string', nonceStr: 'string', package: 'string', signType: 'string', paySign: 'string', outTradeId: 'string' });
    await c.not0('payQuery', token, params.outTradeId);
    assert.deepEqual(await c.settle(prepay(params)), { trade_state: 'SUCCESS' });
    await c.ok('payQuery', token, params.outTradeId);
    assert.equal(await balance(c, token), 500);

    const [rule] = rules.toSorted((a, b) => a.confine - b.confine);
    const gift = await c.ok('payVariableUrl', '/pay/wx/wxapp', { token, money: rule.confine, payName: '充值' });
    await c.settle(prepay(gift));
    assert.equal(await balance(c, token), 500 + fen(rule.confine) + fen(rule.send));

    const log = await c.ok('cashLogsV2', { token, page: 1, pageSize: 10 });
    shape('cashLogsV2', log, { result: 'list', totalRow: 'number', totalPage: 'number' });
    shape('cashLogsV2[0]', log.result[0], { id: 'number', amount: 'number', balance: 'number', freeze: 'number', behavior: 'number', type: 'number', typeStr: 'string', dateAdd: 'string' });
    assert.equal(log.result.reduce((sum, row) => sum + (row.behavior === 0 ? 1 : -1) * Math.abs(fen(row.amount)), 0), await balance(c, token));
    assert.deepEqual(await c.ok('cashLogsV3', { token, page: 1, pageSize: 10 }), log);
    const logs = await c.ok('payLogs', { token });
    assert.ok(Array.isArray(logs));
    shape('payLogs[0]', logs[0], { money: 'number', payGateStr: 'string', status: 'number', statusStr: 'string', orderNo: 'string', dateUpdate: 'string' });
    await c.not0('wxpay', { token, money: 0, payName: '充值' });
    await c.not0('wxpay', { token, money: -5, payName: '充值' });
    await c.not0('wxpay', { token, money: '1.001', payName: '充值' });
  });

  await t.test('pay password', async () => {
    const { token } = await c.shopper('sdk-password');
    await c.not0('modifyPayPassword', token, '123456', '654321');
    await c.ok('setPayPassword', token, '123456');
    await c.not0('setPayPassword', token, '111111');
    assert.equal((await c.ok('userDetail', token)).base.pwdPay, 'yes');
    await c.not0('modifyPayPassword', token, '000000', '654321');
    await c.ok('modifyPayPassword', token, '123456', '654321');
  });

  await t.test('an order paid by the gateway', async () => {
    const { token } = await c.shopper('sdk-gateway');
    const order = await c.ok('orderCreate', parcel(token, [{ goods: plain }]));
    await c.not0('orderPay', token, order.id);
    await c.not0('wxpay', pay(token, order, { money: order.amountReal + 1 }));
    const params = await c.ok('wxpay', pay(token, order));
    assert.deepEqual(await c.settle(prepay(params)), { trade_state: 'SUCCESS' });
    await c.ok('payQuery', token, params.outTradeId);
    assert.equal(await status(c, token, order.id), 1);
    assert.equal(await balance(c, token), 0);
    await c.not0('wxpay', pay(token, order));
    const amounts = await c.ok('userAmount', token);
    assert.deepEqual([fen(amounts.totalPayAmount), amounts.totalPayNumber], [fen(order.amountReal), 1]);
  });

  await t.test('a notice sent twice counts once', async () => {
    const { token } = await c.shopper('sdk-duplicate');
    const params = await c.ok('wxpay', { token, money: 7, payName: '充值' });
    await c.settle(prepay(params), 'duplicate');
    await c.settle(prepay(params));
    assert.equal(await balance(c, token), 700);
  });

  await t.test('failure, a wrong amount, a wrong signature change nothing', async () => {
    const { token } = await c.shopper('sdk-accident');
    for (const outcome of ['fail', 'wrong_amount', 'bad_signature']) {
      const order = await c.ok('orderCreate', parcel(token, [{ goods: plain }]));
      const params = await c.ok('wxpay', pay(token, order));
      await c.settle(prepay(params), outcome);
      assert.equal(await status(c, token, order.id), 0, outcome);
      assert.equal(await balance(c, token), 0, outcome);
    }
  });

  await t.test('a payment that comes too late stays in the wallet', async () => {
    const { token } = await c.shopper('sdk-late');
    const order = await c.ok('orderCreate', parcel(token, [{ goods: plain }]));
    const params = await c.ok('wxpay', pay(token, order));
    await c.settle(prepay(params), 'late');
    assert.equal(await status(c, token, order.id), -1);
    assert.equal(await balance(c, token), fen(order.amountReal));
  });

  await t.test('the wallet pays a part', async () => {
    const { token } = await buyer(c, 'sdk-part', 3);
    const order = await c.ok('orderCreate', parcel(token, [{ goods: plain, number: 2 }]));
    const rest = (fen(order.amountReal) - 300) / 100;
    const params = await c.ok('wxpay', pay(token, order, { money: rest }));
    await c.settle(prepay(params));
    assert.equal(await status(c, token, order.id), 1);
    assert.equal(await balance(c, token), 0);
  });
}
