// The cart: lines merge by goods and options, everything is priced again when read.
import assert from 'node:assert/strict';
import { fen, shape } from '../client.mjs';

export async function cart(t, { c, goods, addons }) {
  const { token } = await c.shopper('sdk-cart');
  const { plain, sku, addon, other } = goods;

  await t.test('add, merge, change, select, remove', async () => {
    await c.refused(700, 'shippingCarInfo', token);
    await c.ok('shippingCarInfoAddItem', token, plain.id, 2, [], []);
    await c.ok('shippingCarInfoAddItem', token, plain.id, 1, [], []);
    let info = await c.ok('shippingCarInfo', token);
    shape('cart', info, { number: 'number', price: 'number', score: 'number', items: 'list', shopList: 'list' });
    assert.deepEqual([info.number, info.items.length, info.items[0].number], [3, 1, 3]);
    assert.equal(fen(info.price), 3 * fen(plain.minPrice));
    const [item] = info.items;
    shape('cart.items[0]', item, { key: 'string', goodsId: 'number', number: 'number', price: 'number', pic: 'string', name: 'string', logisticsId: 'number', selected: 'boolean', shopId: 'number', status: 'number', stores: 'number', minBuyNumber: 'number' });
    assert.match(item.key, /^[0-9a-f]{32}$/);
    assert.ok(info.shopList.some((shop) => shop.id === item.shopId));

    await c.ok('shippingCarInfoModifyNumber', token, item.key, 5);
    info = await c.ok('shippingCarInfo', token);
    assert.equal(info.items[0].number, 5);
    await c.ok('shippingCartSelected', token, item.key, false);
    assert.equal((await c.ok('shippingCarInfo', token)).items[0].selected, false);
    await c.ok('shippingCartSelected', token, item.key, true);
    await c.refused(700, 'shippingCarInfoRemoveItem', token, item.key);
    await c.refused(700, 'shippingCarInfo', token);
  });

  await t.test('options and add-ons', async () => {
    await c.refused(30002, 'shippingCarInfoAddItem', token, sku.id, 1, [], []);
    const chosen = sku.detail.skuList[0].propertyChildIds.split(',').filter(Boolean).map((pair) => {
      const [optionId, optionValueId] = pair.split(':').map(Number);
      return { optionId, optionValueId };
    });
    await c.ok('shippingCarInfoAddItem', token, sku.id, 1, chosen, []);
    const pick = addons.map((group) => ({ id: group.items[0].id, pid: group.id }));
    await c.ok('shippingCarInfoAddItem', token, addon.id, 1, [], pick);
    const info = await c.ok('shippingCarInfo', token);
    const line = info.items.find((item) => item.goodsId === sku.id);
    shape('cart.sku[0]', line.sku[0], { optionId: 'number', optionName: 'string', optionValueId: 'number', optionValueName: 'string' });
    assert.equal(info.items.find((item) => item.goodsId === addon.id).additions.length, pick.length);
  });

  await t.test('carts by type, several shops, clearing', async () => {
    await c.refused(700, 'shippingCarInfo', token, 'gift');
    await c.ok('shippingCarInfoAddItem', token, plain.id, 1, [], [], 'gift');
    assert.equal((await c.ok('shippingCarInfo', token, 'gift')).number, 1);
    await c.ok('shippingCarInfoRemoveAll', token, 'gift');
    await c.ok('shippingCarInfoAddItem', token, other.id, 1, [], []);
    const info = await c.ok('shippingCarInfo', token);
    for (const item of info.items) assert.ok(info.shopList.some((shop) => shop.id === item.shopId));
    await c.ok('shippingCarInfoRemoveAll', token);
    await c.refused(700, 'shippingCarInfo', token);
  });

  await t.test('bad numbers and foreign keys', async () => {
    for (const number of [0, -1, 1e12, 'many', undefined, '1.5']) await c.not0('shippingCarInfoAddItem', token, plain.id, number, [], []);
    await c.not0('shippingCarInfoAddItem', token, 999999999, 1, [], []);
    await c.not0('shippingCarInfoModifyNumber', token, 'f'.repeat(32), 2);
    await c.not0('shippingCarInfoAddItem', token, goods.last.id, 2, [], []);
    await c.refused(700, 'shippingCarInfo', token);
  });
}
