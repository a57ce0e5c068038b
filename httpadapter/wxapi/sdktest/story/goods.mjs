// The catalogue as a shopper sees it. browse() also finds, by their
// properties, the goods with which the later chapters are played.
import assert from 'node:assert/strict';
import { fen, shape } from '../client.mjs';

const goodsFields = {
  id: 'number', name: 'string', pic: 'string', categoryId: 'number', shopId: 'number', minPrice: 'number', originalPrice: 'number',
  stores: 'number', status: 'number', statusStr: 'string', recommendStatus: 'number', afterSale: 'string', minBuyNumber: 'number',
  numberFav: 'number', numberSells: 'number', numberOrders: 'number', kanjia: 'boolean', pingtuan: 'boolean', dateAdd: 'string', unit: 'string',
};

export async function browse(t, s) {
  const { c } = s;
  let all = [];

  await t.test('categories', async () => {
    const list = await c.ok('goodsCategory');
    assert.ok(list.length >= 3);
    for (const row of list) shape('goodsCategory[]', row, { id: 'number', name: 'string', type: 'string', level: 'number', pid: 'number', paixu: 'number', isUse: 'boolean' });
    assert.ok(list.some((row) => row.type === 'index'));
    assert.ok(list.some((row) => row.pid > 0 && list.some((parent) => parent.id === row.pid)));
    const detail = await c.ok('goodsCategoryDetail', list[0].id);
    assert.equal(detail.info.id, list[0].id);
    await c.refused(700, 'goodsCategoryDetail', 999999999);
  });

  await t.test('lists, pages, filters, sorts', async () => {
    const first = await c.ok('goodsv2', { page: 1, pageSize: 20 });
    shape('goodsv2', first, { result: 'list', totalRow: 'number', totalPage: 'number' });
    assert.equal(first.result.length, 20);
    all = first.result;
    for (let page = 2; page <= first.totalPage; page++) all = all.concat((await c.ok('goodsv2', { page, pageSize: 20 })).result);
    assert.equal(new Set(all.map((row) => row.id)).size, first.totalRow);
    assert.ok(all.length >= 30, `${all.length} goods on sale`);
    for (const row of all) {
      shape('goodsv2[]', row, goodsFields);
      assert.ok(fen(row.minPrice) >= 500 && fen(row.minPrice) <= 30000, `${row.name} costs ${row.minPrice}`);
      assert.ok(row.pic.startsWith(`${c.base}/`), `${row.pic} is not served by the host`);
    }
    await c.refused(700, 'goodsv2', { page: 999, pageSize: 20 });
    assert.ok(Array.isArray(await c.ok('goods', { page: 1, pageSize: 5 })));
    await c.refused(700, 'goods', { nameLike: '没有这样的商品' });
    const cheap = (await c.ok('goodsv2', { orderBy: 'priceUp', pageSize: 50 })).result.map((row) => fen(row.minPrice));
    assert.deepEqual(cheap, [...cheap].sort((a, b) => a - b));
    const dear = (await c.ok('goodsv2', { orderBy: 'priceDown', pageSize: 50 })).result.map((row) => fen(row.minPrice));
    assert.deepEqual(dear, [...dear].sort((a, b) => b - a));
    for (const row of (await c.ok('goodsv2', { recommendStatus: 1, pageSize: 50 })).result) assert.equal(row.recommendStatus, 1);
    const name = all[0].name;
    assert.ok((await c.ok('goodsv2', { k: name.slice(0, 3) })).result.some((row) => row.name === name));
    assert.ok((await c.ok('goodsv2', { priceMin: 10, priceMax: 20, pageSize: 50 })).result.every((row) => row.minPrice >= 10 && row.minPrice <= 20));
  });

  await t.test('details', async () => {
    for (const row of all) {
      const d = await c.ok('goodsDetail', row.id);
      shape('goodsDetail', d, { basicInfo: 'object', category: 'object', pics: 'list', content: 'string' });
      assert.equal(d.basicInfo.minBuyNumber >= 1, true);
      const picture = await fetch(d.basicInfo.pic, { redirect: 'error' });
      assert.match(picture.headers.get('content-type'), /^image\//);
      await picture.arrayBuffer();
      const role = roles(row, d);
      for (const name of role) s.goods[name] ??= { ...row, detail: d };
    }
    await c.refused(700, 'goodsDetail', 999999999);
    const again = await c.ok('goodsDetailV2', { id: all[0].id, token: '' });
    assert.equal(again.basicInfo.id, all[0].id);
  });

  await t.test('options, add-ons, limits, freight', async () => {
    const sku = s.goods.sku;
    assert.ok(sku, 'no goods with two properties');
    const { properties, skuList } = sku.detail;
    assert.equal(properties.length, 2);
    shape('properties[0]', properties[0], { id: 'number', name: 'string', childsCurGoods: 'list' });
    shape('skuList[0]', skuList[0], { id: 'number', propertyChildIds: 'string', price: 'number', stores: 'number' });
    const ids = skuList[0].propertyChildIds;
    for (const spelled of [ids, ids.replace(/,$/, ''), `,${ids.replace(/,$/, '')}`]) {
      const price = await c.ok('goodsPriceV2', { goodsId: sku.id, propertyChildIds: spelled });
      assert.equal(price.id, skuList[0].id);
    }
    await c.not0('goodsPriceV2', { goodsId: sku.id, propertyChildIds: '999:999' });

    const groups = await c.ok('goodsAddition', s.goods.addon.id);
    shape('goodsAddition[0]', groups[0], { id: 'number', name: 'string', required: 'boolean', type: 'number', items: 'list' });
    s.addons = groups;
    await c.refused(700, 'goodsAddition', s.goods.plain.id);

    const limits = await c.ok('goodsLimitations', s.goods.limited.id);
    shape('goodsLimitations[0]', limits[0], { goodsId: 'number', userLevelId: 'number', buyNumbers: 'number', duration: 'number', unit: 'number', unitStr: 'string' });
    await c.refused(700, 'goodsLimitations', s.goods.plain.id);

    const freight = await c.ok('goodsPriceFreight', { templateId: s.goods.freight.logisticsId, provinceId: '330000000000', cityId: '330100000000' });
    shape('goodsPriceFreight', freight, { firstNumber: 'number', firstAmount: 'number', addNumber: 'number', addAmount: 'number' });
  });

  await t.test('member price and rebate', async () => {
    const vip = await c.ok('login_username', { username: 'vip', pwd: 'demo123' });
    const member = s.goods.member;
    assert.ok(member, 'no goods with a member price');
    assert.equal(await c.ok('goodsRebate', vip.token, s.goods.plain.id), 9.5);
    const { token } = await c.shopper('sdk-browse');
    assert.equal(await c.ok('goodsRebate', token, s.goods.plain.id), 10);
    const usual = await c.ok('goodsPriceV2', { goodsId: member.id, token });
    const special = await c.ok('goodsPriceV2', { goodsId: member.id, token: vip.token });
    assert.ok(fen(special.price) < fen(usual.price), `member price ${special.price}, usual ${usual.price}`);
  });

  await t.test('favourites', async () => {
    const { token } = await c.shopper('sdk-fav');
    const [a, b] = all;
    await c.refused(700, 'goodsFavList', { token });
    assert.equal((await c.refused(-1, 'goodsFavCheck', token, a.id)).data, '未收藏');
    await c.ok('goodsFavPut', token, a.id);
    await c.call('goodsFavPut', token, a.id);
    await c.ok('goodsFavAdd', { token, goodsId: b.id, type: 0 });
    assert.equal((await c.call('goodsFavCheck', token, a.id)).data, '已收藏');
    const list = await c.ok('goodsFavList', { token, page: 1, pageSize: 10 });
    assert.equal(list.length, 2);
    shape('goodsFavList[0]', list[0], { id: 'number', goodsId: 'number', goodsName: 'string', pic: 'string', dateAdd: 'string' });
    await c.ok('goodsFavDelete', token, '', a.id);
    await c.ok('goodsFavDeleteV2', { token, id: list.find((row) => row.goodsId === b.id).id });
    await c.refused(700, 'goodsFavList', { token });
    await c.not0('goodsFavPut', token, 999999999);
  });
}

// roles names the parts that a goods can play. Member prices show only to members,
// so that part is recognised by the name given in the demo data.
function roles(row, d) {
  const found = [];
  const simple = !row.propertyIds && !row.hasAddition && !row.limitation && row.logisticsId === 0 && row.shopId === 0;
  if (row.propertyIds && d.properties?.length === 2) found.push('sku');
  if (row.hasAddition) found.push('addon');
  if (row.limitation) found.push('limited');
  if (row.logisticsId > 0 && row.shopId === 0) found.push('freight');
  if (row.shopId > 0 && !row.propertyIds && !row.hasAddition && row.stores >= 100) found.push('other');
  if (row.name.includes('会员')) found.push('member');
  else if (simple && row.stores >= 500) found.push(found.length ? '' : 'plain');
  if (simple && row.stores === 1) found.push('last');
  return found.filter(Boolean);
}
