// Goods: list by category, add with a picture, delete.
import { call, may } from './api.js';
import { el, paged, say, trying } from './dom.js';

const perPage = 12;

// price prints yuan.
export function price(yuan) { return `¥${yuan.toFixed(2)}`; }

export function goods() {
  const names = new Map(); // category_id → name
  const filter = el('select', { onchange: () => list.reload() }, el('option', { value: '' }, '全部类目'));
  const list = paged(perPage, load, (rows) => el('ul', { className: 'goods' }, ...rows.map(card)));
  const form = may('add') ? addForm(() => list.reload()) : null;

  async function load(page, count) {
    if (names.size === 0) await categories();
    const { total, data } = await call('/product/get_product', { category_id: filter.value, page, count });
    return { total, data };
  }

  async function categories() {
    const { data } = await call('/category/getCategory');
    for (const { category_id: id, categoryName: name } of data) {
      if (names.has(id)) continue;
      names.set(id, name);
      filter.append(el('option', { value: id }, name));
      form?.elements.category_id.append(el('option', { value: id }, name));
    }
  }

  function card(row) {
    const remove = (event) => {
      if (window.confirm(`删除“${row.productName}”？`)) {
        trying(event.currentTarget, async () => {
          await call('/product/del_product', { product_id: row.product_id }, 'POST');
          list.reload();
          say('删除成功', true);
        });
      }
    };
    return el('li', { className: 'card' },
      row.imageUrl ? el('img', { src: row.imageUrl, alt: '', loading: 'lazy' }) : el('span', { className: 'nopicture' }),
      el('div', {},
        el('h3', {}, row.productName),
        el('p', { className: 'more' }, row.description.replace(/<[^>]*>/g, ' ').trim()),
        el('p', {}, el('strong', {}, price(row.price)), row.hasOptions ? ' 起' : '', ` · 库存 ${row.inventory}`),
        el('p', { className: 'more' }, names.get(row.category_id) ?? '无类目', row.onSale ? '' : ' · 已下架'),
        may('delete') ? el('button', { className: 'quiet', onclick: remove }, '删除') : null));
  }

  return el('div', {},
    form ? el('details', { className: 'card' }, el('summary', {}, '添加商品'), form) : null,
    el('p', { className: 'bar' }, el('label', {}, '类目', filter)),
    list.node);
}

// addForm is the form of new goods; added is called when the list is older.
function addForm(added) {
  const form = el('form', { className: 'fields' },
    el('label', {}, '类目', el('select', { name: 'category_id', required: true }, el('option', { value: '' }, '请选择'))),
    el('label', {}, '名称', el('input', { name: 'productName', required: true, maxLength: 200 })),
    el('label', {}, '价格（元）', el('input', { name: 'price', type: 'number', min: '0', step: '0.01', inputMode: 'decimal', required: true })),
    el('label', {}, '库存', el('input', { name: 'inventory', type: 'number', min: '0', step: '1', inputMode: 'numeric', required: true })),
    el('label', { className: 'wide' }, '描述', el('textarea', { name: 'description', rows: 3, required: true })),
    el('label', { className: 'wide' }, '图片（jpg、png、gif）', el('input', { name: 'imageUrl', type: 'file', accept: 'image/jpeg,image/png,image/gif', required: true })),
    el('button', {}, '添加'));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const fields = new FormData(form); // before the form is disabled, which would leave it empty
    if (await trying(form, () => call('/product/add_product', fields, 'POST'))) {
      form.reset();
      added();
      say('添加成功', true);
    }
  });
  return form;
}
