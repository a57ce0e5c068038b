// Captcha, SMS, every way to register and to sign in, the profile.
import assert from 'node:assert/strict';
import { encrypted, shape } from '../client.mjs';

export async function account(t, { c }) {
  await t.test('captcha', async () => {
    const key = `captcha-${Date.now()}`;
    const picture = await fetch(c.url('graphValidateCodeUrl', key), { redirect: 'error' });
    assert.match(picture.headers.get('content-type'), /^image\//);
    assert.ok((await picture.arrayBuffer()).byteLength > 100);
    await c.ok('graphValidateCodeCheck', key, await c.sent(key, 'captcha'));
    const other = `${key}-b`;
    await fetch(c.url('graphValidateCodeUrl', other), { redirect: 'error' });
    await c.not0('graphValidateCodeCheck', other, 'wrong');
    await c.not0('graphValidateCodeCheck', 'never-drawn', '1234');
  });

  await t.test('SMS code', async () => {
    const code = await c.code('13900000001');
    await c.not0('smsValidateCodeCheck', '13900000001', code === '0000' ? '1111' : '0000');
    await c.ok('smsValidateCodeCheck', '13900000001', code);
    await c.not0('smsValidateCode', 'not a number');
  });

  await t.test('register by user name', async () => {
    const data = { username: 'sdk-anna', pwd: 'Secret-77', nick: '安娜', autoLogin: true };
    const { token, uid } = await c.ok('register_username', data);
    assert.equal(typeof token, 'string');
    assert.equal(typeof uid, 'number');
    await c.refused(10000, 'register_username', data);
    const login = await c.ok('login_username', { username: 'sdk-anna', pwd: 'Secret-77' });
    assert.equal(login.uid, uid);
    await c.not0('login_username', { username: 'sdk-anna', pwd: 'wrong' });
    await c.ok('checkReferrer', uid);
    await c.refused(700, 'checkReferrer', 999999999);
  });

  await t.test('register by mobile number', async () => {
    const mobile = '13900000002';
    const code = await c.code(mobile);
    await c.not0('register_mobile', { mobile, code: code === '0000' ? '1111' : '0000', pwd: 'Secret-77' });
    const { uid } = await c.ok('register_mobile', { mobile, code, pwd: 'Secret-77', autoLogin: true });
    assert.equal((await c.ok('login_mobile', mobile, 'Secret-77')).uid, uid);
    await c.not0('login_mobile', mobile, 'wrong');
  });

  await t.test('sign in by SMS code', async () => {
    const mobile = '13900000003';
    await c.refused(10000, 'loginMobileSmsCode', { mobile, code: await c.code(mobile) });
    const newcomer = '13900000004';
    const { token, uid } = await c.ok('loginMobileSmsCode', { mobile: newcomer, code: await c.code(newcomer), autoReg: true });
    assert.equal(typeof uid, 'number');
    assert.equal((await c.ok('userDetail', token)).base.mobile, newcomer);
  });

  await t.test('WeChat', async () => {
    await c.refused(10000, 'login_wx', 'sandbox:sdk-simple');
    await c.ok('register_simple', { code: 'sandbox:sdk-simple' });
    await c.refused(10000, 'register_simple', { code: 'sandbox:sdk-simple' });
    const login = await c.ok('login_wx', 'sandbox:sdk-simple');
    shape('login_wx', login, { token: 'string', uid: 'number', openid: 'string' });
    assert.equal(login.openid, 'sdk-simple');

    const profile = encrypted('sdk-complex', { nickName: '复杂', gender: 2, city: '杭州', province: '浙江', avatarUrl: '' });
    await c.ok('register_complex', { code: 'sandbox:sdk-complex', ...profile });
    await c.refused(10000, 'register_complex', { code: 'sandbox:sdk-complex', ...profile });
    const { token } = await c.ok('login_wx', 'sandbox:sdk-complex');
    assert.equal((await c.ok('userDetail', token)).base.nick, '复杂');

    const first = await c.ok('authorize', { code: 'sandbox:sdk-silent' });
    shape('authorize', first, { token: 'string', uid: 'number', openid: 'string' });
    assert.equal((await c.ok('authorize', { code: 'sandbox:sdk-silent' })).uid, first.uid);
    await c.not0('authorize', { code: 'no sandbox code' });
    const info = await c.ok('userWxinfo', first.token);
    assert.deepEqual([info.uid, info.openid], [first.uid, 'sdk-silent']);
  });

  await t.test('profile, mobile number, sign out', async () => {
    const { token, uid } = await c.shopper('sdk-profile');
    await c.ok('checkToken', token);
    await c.ok('modifyUserInfo', { token, nick: '新名字😀', gender: 1, province: '浙江', city: '杭州', birthday: '1990-05-01', extJsonStr: JSON.stringify({ 爱好: '读书' }) });
    await c.ok('modifyUserInfoV2', { token, avatarUrl: `${c.base}/avatar.png` });
    const detail = await c.ok('userDetail', token);
    shape('userDetail.base', detail.base, { id: 'number', nick: 'string', avatarUrl: 'string', status: 'number', dateAdd: 'string', isSeller: 'boolean' });
    assert.deepEqual([detail.base.id, detail.base.nick, detail.base.gender, detail.ext['爱好']], [uid, '新名字😀', 1, '读书']);
    assert.ok(!detail.base.mobile, 'mobile must be absent before it is bound');

    const phone = encrypted('sdk-profile', { phoneNumber: '+8613900000010', purePhoneNumber: '13900000010', countryCode: '86' });
    await c.ok('bindMobileWxapp', token, 'sandbox:sdk-profile', phone.encryptedData, phone.iv);
    assert.equal((await c.ok('userDetail', token)).base.mobile, '13900000010');
    const wrong = encrypted('another-openid', { purePhoneNumber: '13900000099' });
    await c.refused(10002, 'bindMobileWxapp', token, 'sandbox:sdk-profile', wrong.encryptedData, wrong.iv);
    assert.equal(await c.ok('bindMobileWxappV2', token, 'sandbox-phone:13900000011'), '13900000011');

    await c.ok('loginout', token);
    await c.refused(2000, 'checkToken', token);
    await c.refused(2000, 'userDetail', token);
    await c.refused(2000, 'userDetail', 'never-given-out');
    await c.refused(2000, 'userAmount', '');
  });

  await t.test('the member level of vip', async () => {
    const { token } = await c.ok('login_username', { username: 'vip', pwd: 'demo123' });
    const { userLevel } = await c.ok('userDetail', token);
    assert.equal(userLevel.rebate, 9.5);
    await c.ok('login_username', { username: 'demo', pwd: 'demo123' });
  });

  await t.test('the JSON store', async () => {
    const mine = (await c.shopper('sdk-json')).token;
    const other = (await c.shopper('sdk-json-other')).token;
    await c.refused(700, 'jsonList', { token: mine, type: 'list' });
    await c.ok('jsonSet', { token: mine, id: '', type: 'list', refId: 1, content: '{"msg":"茶"}' });
    await c.ok('jsonSetV2', { token: mine, type: 'list', content: '["杯"]' });
    const [second, first] = await c.ok('jsonList', { token: mine, type: 'list' });
    shape('jsonList[]', first, { id: 'number', refId: 'number', type: 'string', content: 'string', jsonData: 'object', dateAdd: 'string' });
    assert.deepEqual([first.jsonData.msg, second.jsonData[0]], ['茶', '杯']);
    await c.ok('jsonSet', { token: mine, id: first.id, content: '{"msg":"水"}' });
    await c.ok('jsonTopv2', { token: mine, id: second.id, isTop: true });
    await c.ok('jsonHighlightv2', { token: mine, id: first.id, isHighlight: true });
    const page = await c.ok('jsonListV3', { token: mine, page: 1, pageSize: 10, orderBy: 'updateDateDesc' });
    assert.deepEqual([page.totalRow, page.result.map((row) => row.id)], [2, [second.id, first.id]]);
    shape('jsonListV3.result[]', page.result[1], { id: 'number', type: 'string', content: 'string', isTop: 'boolean', isHighlight: 'boolean', dateUpdate: 'string' });
    assert.deepEqual([page.result[0].isTop, page.result[1].isHighlight, page.result[1].content], [true, true, '{"msg":"水"}']);
    assert.equal((await c.ok('jsonList', { token: mine, page: 2, pageSize: 1 })).result[0].id, first.id);

    await c.refused(700, 'jsonList', { token: other, type: 'list' });
    await c.refused(700, 'jsonSet', { token: other, id: first.id, content: '{}' });
    await c.refused(700, 'jsonDelete', other, first.id);
    await c.not0('jsonSet', { token: mine, content: '{"msg": "a"b"}' });
    await c.ok('jsonSet', { type: 'sdk-public', content: '{"a":1}' });
    assert.equal((await c.ok('jsonList', { type: 'sdk-public' }))[0].jsonData.a, 1);
    await c.ok('jsonDelete', mine, first.id);
    await c.ok('jsonDeleteV2', { token: mine, id: second.id });
    await c.refused(700, 'jsonListV3', { token: mine });
  });
}
