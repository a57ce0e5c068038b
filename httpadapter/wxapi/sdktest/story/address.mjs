// Shipping addresses: one default, and nobody sees another's.
import assert from 'node:assert/strict';
import { shape } from '../client.mjs';

export const home = {
  linkMan: '张三', mobile: '13800000000', provinceId: '330000000000', cityId: '330100000000',
  districtId: '330106000000', address: '文三路 1 号', code: '310000',
};

export async function addresses(t, { c }) {
  const { token } = await c.shopper('sdk-address');
  const stranger = await c.shopper('sdk-address-stranger');

  await t.test('add, list, default, change, remove', async () => {
    await c.refused(700, 'queryAddressV2', { token });
    await c.refused(700, 'queryAddress', token);
    await c.refused(700, 'defaultAddress', token);
    await c.ok('addAddress', { token, ...home, isDefault: true });
    await c.ok('addAddress', { token, ...home, linkMan: '李四', isDefault: true });
    const page = await c.ok('queryAddressV2', { token, page: 1, pageSize: 10 });
    assert.equal(page.totalRow, 2);
    assert.equal(page.result.filter((row) => row.isDefault).length, 1);
    assert.equal((await c.ok('queryAddress', token)).length, 2);

    const { info } = await c.ok('defaultAddress', token);
    assert.equal(info.linkMan, '李四');
    shape('defaultAddress.info', info, { id: 'number', linkMan: 'string', mobile: 'string', provinceId: 'string', cityId: 'string', districtId: 'string', provinceStr: 'string', cityStr: 'string', areaStr: 'string', address: 'string', isDefault: 'boolean' });
    const first = page.result.find((row) => row.linkMan === '张三');
    await c.ok('updateAddress', { token, id: first.id, isDefault: true });
    assert.equal((await c.ok('defaultAddress', token)).info.id, first.id);
    await c.ok('updateAddress', { token, id: first.id, ...home, address: '文三路 2 号', isDefault: true });
    const detail = (await c.ok('addressDetail', token, first.id)).info;
    assert.deepEqual([detail.address, detail.provinceStr.slice(0, 2), detail.areaStr.slice(0, 2)], ['文三路 2 号', '浙江', '西湖']);

    await c.refused(700, 'addressDetail', stranger.token, first.id);
    await c.not0('updateAddress', { token: stranger.token, id: first.id, ...home, address: '别处' });
    await c.call('deleteAddress', stranger.token, first.id);
    assert.equal((await c.ok('addressDetail', token, first.id)).info.address, '文三路 2 号');
    await c.ok('deleteAddress', token, first.id);
    await c.refused(700, 'addressDetail', token, first.id);
  });

  await t.test('a region that does not exist is refused', async () => {
    await c.not0('addAddress', { token, ...home, provinceId: '999999999999' });
    await c.not0('addAddress', { token, ...home, linkMan: '' });
  });
}
