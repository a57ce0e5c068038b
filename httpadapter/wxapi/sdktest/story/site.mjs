// Settings, banners, notices, regions and the fixed answers: what a client reads before anybody signs in.
import assert from 'node:assert/strict';
import { appid, merchantId, shape, subDomain } from '../client.mjs';

const zhejiang = '330000000000';
const hangzhou = '330100000000';

export async function site(t, { c }) {
  await t.test('the appid leads to the subdomain', async () => {
    assert.equal(await c.ok('fetchSubDomainByWxappAppid', appid), subDomain);
    await c.refused(700, 'fetchSubDomainByWxappAppid', 'wx0000000000000000');
    for (const path of ['/common/subdomain/appid/wxapp', '//subdomain/appid/wxapp', '/subdomain/appid/wxapp']) {
      const body = await c.get(`${path}?appid=${appid}`);
      assert.deepEqual([path, body.code, body.data], [path, 0, subDomain]);
    }
  });

  await t.test('statistics and settings', async () => {
    const stats = await c.ok('siteStatistics');
    shape('siteStatistics.dfs', stats.dfs, { capacity: 'number', capacityStr: 'string', capacityLeft: 'number', count: 'number' });
    shape('siteStatistics.cmsArticle', stats.cmsArticle, { numbers: 'number', comments: 'number', fav: 'number', views: 'number' });
    assert.equal(stats.wxAppid, appid);
    assert.equal(typeof (await c.ok('queryConfigValue', 'mallName')), 'string');
    await c.refused(700, 'queryConfigValue', 'no_such_key');
    const rows = await c.ok('queryConfigBatch', 'mallName,shopMod,order_pay_user_balance,zt_open_hx,withdrawal,WITHDRAW_MIN,order_hx_uids,show_seller_number,no_such_key');
    for (const row of rows) shape('queryConfigBatch[]', row, { key: 'string', value: 'string' });
    const values = Object.fromEntries(rows.map((row) => [row.key, row.value]));
    assert.deepEqual([values.shopMod, values.order_pay_user_balance, values.zt_open_hx, values.withdrawal, values.WITHDRAW_MIN, values.show_seller_number], ['0', '1', '1', '1', '20', '1']);
    assert.match(values.order_hx_uids, /^\d+$/);
    assert.ok(!('no_such_key' in values));
  });

  await t.test('banners, notices, advertising', async () => {
    for (const type of ['index', 'app']) {
      const banners = await c.ok('banners', { type });
      shape('banners[0]', banners[0], { id: 'number', businessId: 'number', title: 'string', type: 'string', picUrl: 'string', linkUrl: 'string', paixu: 'number', status: 'number', dateAdd: 'string' });
      const picture = await fetch(banners[0].picUrl, { redirect: 'error' });
      assert.equal(picture.status, 200);
      assert.match(picture.headers.get('content-type'), /^image\//);
    }
    await c.refused(700, 'banners', { type: 'nothing' });
    shape('noticeLastOne', await c.ok('noticeLastOne'), { id: 'number', title: 'string', dateAdd: 'string' });
    const list = await c.ok('noticeList', { page: 1, pageSize: 1 });
    shape('noticeList', list, { totalRow: 'number', totalPage: 'number', dataList: 'list' });
    assert.equal(list.dataList.length, 1);
    assert.ok(list.totalRow >= 2 && list.totalPage === list.totalRow);
    shape('noticeDetail', await c.ok('noticeDetail', list.dataList[0].id), { id: 'number', title: 'string', content: 'string', dateAdd: 'string' });
    await c.refused(700, 'noticeDetail', 999999999);
    await c.refused(700, 'adPosition', 'no_such_position');
  });

  await t.test('regions of all China have 12 digits', async () => {
    for (const [provinces, children] of [['province', 'nextRegion'], ['provinceV2', 'nextRegionV2']]) {
      const top = await c.ok(provinces);
      assert.ok(top.length >= 31);
      for (const row of top) assert.match(row.id, /^\d{12}$/);
      assert.equal(top.find((row) => row.id === zhejiang)?.name.slice(0, 2), '浙江');
      const cities = await c.ok(children, zhejiang);
      assert.ok(cities.some((row) => row.id === hangzhou && row.pid === zhejiang));
      const districts = await c.ok(children, hangzhou);
      shape(`${children}[0]`, districts[0], { id: 'string', name: 'string', level: 'number', pid: 'string', firstLetter: 'string', pinyin: 'string', jianpin: 'string' });
      assert.ok(districts.some((row) => row.name.startsWith('西湖')));
      await c.refused(700, children, '999999999999');
    }
  });

  await t.test('what is not there yet says 700', async () => {
    await c.refused(700, 'kanjiaSet', 1);
    await c.refused(700, 'cmsCategories');
    await c.refused(700, 'jdvopGoodsListV3', { keyword: 'x' });
  });

  await t.test('every host has its prefix, by subdomain and by merchant id', async () => {
    for (const prefix of ['', '/api', '/common', '/cms']) {
      for (const name of [subDomain, merchantId]) {
        if (!prefix && name === merchantId) continue;
        const body = await c.get(`${prefix}/${name}/shop/goods/category/all`);
        assert.equal(body.code, 0, `${prefix}/${name}`);
      }
    }
    assert.equal((await c.get(`/${merchantId}/config/value?key=mallName`)).code, 0);
  });

  await t.test('unknown paths and wrong verbs keep the envelope', async () => {
    const unknown = await fetch(`${c.base}/${subDomain}/no/such/path`, { redirect: 'error' });
    assert.equal((await unknown.json()).code, 404);
    const verb = await fetch(`${c.base}/${subDomain}/order/create?token=x`, { redirect: 'error' });
    assert.equal((await verb.json()).code, 404);
  });
}
