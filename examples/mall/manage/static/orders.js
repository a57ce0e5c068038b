// Orders of all buyers, and the steps of their parcels.
import { call, may } from './api.js';
import { el, paged, say, table, trying } from './dom.js';
import { price } from './goods.js';

const perPage = 10;
const states = { 1: '已提交', 2: '已取消', 3: '已失效', 4: '已关闭', 5: '已退货' };
const parcels = { 0: '未发货', 3: '备货中', 1: '已发货', 2: '已签收' };
const steps = { 3: '备货', 1: '发货', 2: '签收' }; // values of action, in their order
const next = { 0: ['3', '1'], 3: ['1'], 1: ['2'], 2: [] };

export function orders() {
  const list = paged(perPage, load, (rows) => table([
    ['订单号', (o) => el('code', {}, o.order_id)],
    ['买家', (o) => [o.user_nickname, o.user_phone].filter(Boolean).join(' ')],
    ['商品', (o) => o.orderDetail.map((line) => `${line.productName} × ${line.quantity}`).join('、')],
    ['金额', (o) => price(o.total_fee)],
    ['状态', (o) => state(o)],
    ['时间', (o) => o.create_time],
    ['操作', (o) => actions(o)],
  ], rows));

  async function load(page, count) {
    const { total, data } = await call('/order/get_order', { all: 1, page, count });
    return { total, data };
  }

  function state(o) {
    if (o.order_status !== 1) return states[o.order_status];
    return o.pay_status ? parcels[o.shiping_status] : '未支付';
  }

  function actions(o) {
    if (!may('edit') || o.order_status !== 1 || !o.pay_status) return '';
    return el('span', { className: 'actions' }, ...next[o.shiping_status].map((action) => el('button', {
      className: 'quiet', onclick: (event) => trying(event.currentTarget, () => ship({ order_id: o.order_id, action })),
    }, steps[action])));
  }

  async function ship(fields) {
    await call('/order/ship', fields, 'POST');
    list.reload();
    say(`${steps[fields.action]}成功`, true);
  }

  const form = el('form', { className: 'fields' },
    el('label', {}, '订单号', el('input', { name: 'order_id', required: true, autocomplete: 'off' })),
    el('label', {}, '操作', el('select', { name: 'action' }, ...['3', '1', '2'].map((value) => el('option', { value, selected: value === '1' }, steps[value])))),
    el('label', {}, '快递公司', el('input', { name: 'shipper_name', placeholder: '可不填' })),
    el('label', {}, '运单号', el('input', { name: 'tracking_number', placeholder: '可不填' })),
    el('button', {}, '提交'));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(form));
    if (await trying(form, () => ship(fields))) form.reset();
  });

  return el('div', {},
    may('edit') ? el('details', { className: 'card' }, el('summary', {}, '按订单号发货'), form) : null,
    list.node);
}
