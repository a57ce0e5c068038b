// Bad input: a clear code and message in the envelope with HTTP status 200, nothing written.
import assert from 'node:assert/strict';
import { subDomain } from '../client.mjs';
import { parcel } from './buyer.mjs';

export async function files(t, { c, goods }) {
  const { token } = await c.shopper('sdk-files');
  const picture = Buffer.from(await (await fetch(goods.plain.pic)).arrayBuffer());

  await t.test('upload', async () => {
    for (const method of ['uploadFile', 'uploadFileV2']) {
      const { url } = await c.ok(method, token, { name: 'photo.png', bytes: picture });
      assert.ok(url.startsWith(`${c.base}/`), url);
      const back = await fetch(url, { redirect: 'error' });
      assert.match(back.headers.get('content-type'), /^image\//);
      assert.deepEqual(Buffer.from(await back.arrayBuffer()), picture);
    }
    await c.refused(2000, 'uploadFile', 'never-given-out', { name: 'photo.png', bytes: picture });
  });

  await t.test('mini-program code', async () => {
    const url = await c.ok('wxaQrcode', { scene: 'uid=1', page: 'pages/index/index', is_hyaline: true, autoColor: true, expireHours: 1 });
    const image = await fetch(url, { redirect: 'error' });
    assert.match(image.headers.get('content-type'), /^image\//);
    await c.refused(41030, 'wxaQrcode', { scene: 'uid=1', page: 'none' });
    await c.not0('wxaQrcode', { scene: 'x'.repeat(33), page: 'pages/index/index' });
  });

  await t.test('fixed answers for a signed-in shopper', async () => {
    await c.refused(700, 'cardMyList', token);
    await c.refused(700, 'jdvopCartInfoV2', token);
  });
}

export async function hostile(t, { c, goods }) {
  const { token } = await c.shopper('sdk-hostile');
  const { plain } = goods;
  const count = async () => (await c.call('orderList', { token })).data?.totalRow ?? 0;
  const refused = async (path, body) => {
    const answer = await c.post(`/${subDomain}${path}`, body);
    assert.notEqual(answer.code, 0, `${path} accepted`);
    assert.equal(typeof answer.code, 'number');
    assert.ok(answer.msg);
  };

  await t.test('quantities', async () => {
    for (const number of [0, -1, 1e12, 'x', 'undefined', null, 1.5]) {
      const goodsJsonStr = JSON.stringify([{ goodsId: plain.id, number, propertyChildIds: '' }]);
      await c.not0('orderCreate', { ...parcel(token, [{ goods: plain }]), goodsJsonStr });
    }
  });

  await t.test('broken JSON', async () => {
    for (const goodsJsonStr of ['', '{', '[]', 'null', '[null]', '[{"goodsId":"x"}]', '[{"goodsId":1e99,"number":1}]', '[[[[', `${'['.repeat(5000)}`]) {
      await c.not0('orderCreate', { ...parcel(token, [{ goods: plain }]), goodsJsonStr });
    }
  });

  await t.test('long text, NUL, invalid UTF-8, emoji', async () => {
    const long = 'x'.repeat(1 << 20);
    await c.not0('orderCreate', parcel(token, [{ goods: plain }], { remark: long }));
    await c.not0('modifyUserInfo', { token, nick: long });
    await c.not0('modifyUserInfo', { token, nick: 'a\u0000b' });
    await refused('/user/modify', `token=${token}&nick=%ff%fe`);
    await c.ok('modifyUserInfo', { token, nick: '😀' });
  });

  await t.test('sorts and pages', async () => {
    const usual = await c.ok('goodsv2', { page: 1, pageSize: 3 });
    await c.call('goodsv2', { page: 1, pageSize: 3, orderBy: "id; DROP TABLE mall_goods --" });
    assert.equal((await c.ok('goodsv2', { page: -1, pageSize: 3 })).result.length, 3);
    assert.ok((await c.ok('goodsv2', { page: 1, pageSize: 1e9 })).result.length <= 100);
    await c.refused(700, 'goodsv2', { page: 1e9, pageSize: 100 });
    await c.refused(700, 'goodsv2', { nameLike: '%' });
    assert.equal((await c.ok('goodsv2', { page: 1, pageSize: 3 })).totalRow, usual.totalRow);
  });

  await t.test('tokens', async () => {
    for (const bad of ['', undefined, 'x', 'x'.repeat(5000), "' OR 1=1 --", '😀']) {
      await c.refused(2000, 'orderList', { token: bad });
      await c.refused(2000, 'orderPay', bad, 1);
    }
  });

  await t.test('nothing was written', async () => {
    assert.equal(await count(), 0);
    await c.not0('orderCreate', parcel(token, [{ goods: { id: 999999999 } }]));
    assert.equal(await count(), 0);
  });
}
