// The page for staff and the page of payments across mini programs, looked at
// by headless Chromium: what people see and press, against what shoppers get.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { start } from '../../../httpadapter/wxapi/sdktest/host.mjs';
import { Browser, desktop, fits, phone, shot, silent } from './browser.mjs';
import { across, payScanned, Shopper, Staff } from './shopper.mjs';

const admin = { username: 'admin', password: 'Admin123#' };
const staffRole = '200';
const hostile = '<img src=x onerror="document.title=\'broken\'">"&amp;<script>1</script>';

// A picture of 8 x 8 dots.
const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEUlEQVR4nGN4ViGHFTEMLQkAUPNfAQAQs5IAAAAASUVORK5CYII=', 'base64');

// answerOf is the answer of the picture that the browser was shown last. The
// sandbox files it under the hash of the visitor's cookie, which scripts of the
// page cannot read.
async function answerOf(base, page) {
  const cookie = (await page.context().cookies()).find((c) => c.name === 'mall_visitor');
  assert.ok(cookie?.httpOnly, 'the cookie of the picture');
  assert.ok(!(await page.evaluate(() => document.cookie)).includes('mall_visitor'));
  const key = `visitor:${createHash('sha256').update(`row\0${cookie.value}`).digest('hex')}`;
  const { messages } = await (await fetch(`${base}/sandbox/outbox?to=${encodeURIComponent(key)}`)).json();
  assert.equal(messages[0]?.kind, 'captcha', `no captcha under ${key}`);
  return messages[0].code;
}

// picture is the picture of the login form, once it is seen and another one than the former.
async function picture(page, former = '') {
  await page.waitForFunction((old) => {
    const img = document.querySelector('#captcha');
    return img.offsetParent !== null && img.src.startsWith('data:image/svg+xml,') && img.src !== old && img.complete && img.naturalWidth > 0;
  }, former);
  return page.locator('#captcha').getAttribute('src');
}

// logIn goes through the form with the right answer.
async function logIn(base, page, { username, password }) {
  await page.goto(`${base}/manage/`);
  await picture(page);
  await page.getByLabel('用户名').fill(username);
  await page.getByLabel('密码').fill(password);
  await page.locator('[name=captcha]').fill(await answerOf(base, page));
  await page.getByRole('button', { name: '登入' }).click();
  await page.locator('#desk').waitFor();
}

const entries = (page) => page.locator('nav a').allTextContents();
const said = (page, text) => page.locator('#notice').getByText(text).waitFor();

const dsn = process.env.MALL_SDK_POSTGRES_DSN;

test('a PostgreSQL run is there where it is required', () => {
  assert.ok(dsn || process.env.MALL_REQUIRE_POSTGRES !== '1', 'MALL_REQUIRE_POSTGRES=1 without MALL_SDK_POSTGRES_DSN');
});

for (const { name, db, skip } of [{ name: 'SQLite' }, { name: 'PostgreSQL', db: dsn, skip: dsn ? false : 'MALL_SDK_POSTGRES_DSN is not set' }]) {
  describe(name, { skip }, () => {
    let host;
    let base;
    let browser;
    let shopper;

    before(async () => {
      host = await start(db);
      base = host.base;
      browser = await Browser.launch();
      shopper = await Shopper.signIn(base);
    });

    after(async () => {
      await browser?.close();
      if (host) assert.doesNotMatch(host.log(), /level=ERROR|panic/);
      assert.equal((await host?.stop()) ?? 0, 0, 'the host must end with 0 on SIGTERM');
    });

    test('the start page leads to the page for staff', async () => {
      const page = await browser.open(base);
      await page.goto(base);
      await shot(page, 'start');
      await page.setViewportSize(phone);
      await fits(page, '/');
      await shot(page, 'start-phone');
      await page.getByRole('link', { name: 'The page for staff' }).click();
      await picture(page);
      assert.equal(page.url(), `${base}/manage/`);
      await fits(page, 'login');
      await shot(page, 'login-phone');
      await silent(page);
    });

    test('a wrong picture code is refused, and costs the picture', async () => {
      const page = await browser.open(base);
      await page.goto(`${base}/manage/`);
      const first = await picture(page);
      const right = await answerOf(base, page);
      await page.getByLabel('用户名').fill(admin.username);
      await page.getByLabel('密码').fill(admin.password);
      await page.locator('[name=captcha]').fill('!!!!!');
      await page.getByRole('button', { name: '登入' }).click();
      await said(page, /验证码/);
      const second = await picture(page, first);
      assert.ok(await page.locator('#desk').isHidden());
      await shot(page, 'login-refused');

      await page.locator('[name=captcha]').fill(right);
      await page.getByRole('button', { name: '登入' }).click();
      await picture(page, second);
      await said(page, /验证码/);
      assert.ok(await page.locator('#desk').isHidden(), 'the answer of a picture that is gone');
      await silent(page);
    });

    test('a wrong password is refused behind a right picture code', async () => {
      const page = await browser.open(base);
      await page.goto(`${base}/manage/`);
      const first = await picture(page);
      await page.getByLabel('用户名').fill(admin.username);
      await page.getByLabel('密码').fill('wrong');
      await page.locator('[name=captcha]').fill(await answerOf(base, page));
      await page.getByRole('button', { name: '登入' }).click();
      await said(page, '用户名或者密码错误');
      await picture(page, first);
      assert.ok(await page.locator('#desk').isHidden());
      await silent(page);
    });

    test('the day of an administrator', async (t) => {
      const [apple] = await shopper.goods('苹果');
      const order = await shopper.buy(apple);
      const other = await shopper.buy(apple);
      const page = await browser.open(base);
      page.on('dialog', (dialog) => dialog.accept());
      await logIn(base, page, admin);

      await t.test('the menu is the role\'s', async () => {
        assert.deepEqual(await entries(page), ['管理首页', '商品管理', '学员资料', '用户管理', '我的中心', '订单管理']);
        await page.getByText('管理员（').waitFor();
        await page.getByRole('cell', { name: 'admin' }).first().waitFor(); // the log of logins
        await shot(page, 'home');
      });

      await t.test('goods with a picture are in the list, and on sale at once', async () => {
        await page.getByRole('link', { name: '商品管理' }).click();
        await page.locator('.goods li').nth(11).waitFor();
        await shot(page, 'goods');
        await page.getByText('添加商品').click();
        await page.locator('form [name=category_id]').selectOption({ label: '水果生鲜' });
        await page.getByLabel('名称').fill('象山红美人 5 斤');
        await page.getByLabel('价格').fill('68.8');
        await page.getByLabel('库存').fill('37');
        await page.getByLabel('描述').fill('皮薄多汁');
        await page.getByLabel('图片').setInputFiles({ name: 'orange.png', mimeType: 'image/png', buffer: png });
        await shot(page, 'goods-form');
        await page.getByRole('button', { name: '添加', exact: true }).click();
        await said(page, '添加成功');
        const card = page.locator('.goods li', { hasText: '象山红美人 5 斤' });
        await card.waitFor();
        assert.match(await card.textContent(), /皮薄多汁.*¥68\.80.*库存 37.*水果生鲜/);
        await card.locator('img').evaluate((img) => img.decode());
        const [row] = await shopper.goods('象山红美人');
        assert.deepEqual([row.name, row.minPrice, row.stores], ['象山红美人 5 斤', 68.8, 37]);
        const seen = await fetch(row.pic);
        assert.equal(seen.headers.get('content-type'), 'image/png');
        assert.ok(Buffer.from(await seen.arrayBuffer()).equals(png), 'the picture that was sent');
      });

      await t.test('what is no picture is refused, and nothing is added', async () => {
        await page.locator('form [name=category_id]').selectOption({ label: '水果生鲜' });
        await page.getByLabel('名称').fill('假图片');
        await page.getByLabel('价格').fill('1');
        await page.getByLabel('库存').fill('1');
        await page.getByLabel('描述').fill('x');
        await page.getByLabel('图片').setInputFiles({ name: 'x.png', mimeType: 'image/png', buffer: Buffer.from('<html><script>1</script>') });
        await page.getByRole('button', { name: '添加', exact: true }).click();
        await page.locator('#notice.bad').waitFor();
        assert.deepEqual(await shopper.goods('假图片'), []);
      });

      await t.test('a hostile name is text', async () => {
        await page.getByLabel('名称').fill(hostile);
        await page.getByLabel('图片').setInputFiles({ name: 'y.png', mimeType: 'image/png', buffer: png });
        await page.getByRole('button', { name: '添加', exact: true }).click();
        await said(page, '添加成功');
        const title = page.locator('.goods h3', { hasText: '<img src=x' });
        await title.waitFor();
        assert.equal(await title.textContent(), hostile);
        assert.equal(await title.evaluate((h) => h.children.length), 0);
        assert.equal(await page.title(), '商城管理');
        await page.getByText('添加商品').click();
        await shot(page, 'goods-hostile');
      });

      await t.test('pages, and one category', async () => {
        await page.getByRole('button', { name: '下一页' }).click();
        await page.getByText(/^2 \/ \d+ 页/).waitFor();
        await page.locator('.bar select').selectOption({ label: '水果生鲜' });
        await page.getByText(/^1 \/ \d+ 页/).waitFor();
        await page.locator('.goods li', { hasText: '苹果' }).waitFor();
        assert.equal(await page.locator('.goods li', { hasText: '坚果炒货' }).count(), 0);
      });

      await t.test('goods are deleted', async () => {
        await page.locator('.goods li', { hasText: '<img src=x' }).getByRole('button', { name: '删除' }).click();
        await said(page, '删除成功');
        await page.locator('.goods li', { hasText: '<img src=x' }).waitFor({ state: 'detached' });
        assert.deepEqual(await shopper.goods('onerror'), []);
      });

      await t.test('an order of the mini program is shipped from the list', async () => {
        await page.getByRole('link', { name: '订单管理' }).click();
        const row = page.locator('tbody tr', { hasText: order.orderNumber });
        await row.waitFor();
        assert.match(await row.textContent(), /演示顾客.*苹果.*× 1.*未发货/);
        await shot(page, 'orders');
        await row.getByRole('button', { name: '发货' }).click();
        await said(page, '发货成功');
        await row.getByText('已发货').waitFor();
        assert.equal((await shopper.order(order.id)).status, 2);
        assert.equal((await shopper.order(other.id)).status, 1, 'the other order stays');
      });

      await t.test('another one by its number', async () => {
        await page.getByText('按订单号发货').click();
        await page.getByLabel('订单号').fill('20200101000000000none');
        await page.getByRole('button', { name: '提交' }).click();
        await page.locator('#notice.bad').waitFor();
        await page.getByLabel('订单号').fill(other.orderNumber);
        await page.getByLabel('快递公司').fill('顺丰速运');
        await page.getByLabel('运单号').fill('SF1234567890');
        await page.getByRole('button', { name: '提交' }).click();
        await said(page, '发货成功');
        assert.equal((await shopper.order(other.id)).status, 2);
      });

      await t.test('all of it fits a phone', async () => {
        await page.setViewportSize(phone);
        for (const [i, entry] of (await entries(page)).entries()) {
          await page.getByRole('link', { name: entry, exact: true }).click();
          await page.getByRole('heading', { name: entry, exact: true, level: 2 }).waitFor();
          if (entry !== '我的中心') await page.locator('main .pager span').waitFor();
          await fits(page, entry);
          await shot(page, `phone-${i}`);
        }
        await page.setViewportSize(desktop);
      });

      await t.test('signing out ends the session', async () => {
        const { token } = JSON.parse(await page.evaluate(() => sessionStorage.getItem('mall-manage')));
        await page.getByRole('button', { name: '退出' }).click();
        await picture(page);
        assert.equal(await page.evaluate(() => sessionStorage.length), 0);
        const answer = await (await fetch(`${base}/getloginlog`, { headers: { authorization: token } })).json();
        assert.deepEqual([answer.state, answer.code], [false, '1004']);
        await page.reload();
        await picture(page);
        assert.ok(await page.locator('#desk').isHidden());
      });
      await silent(page);
    });

    test('a lower role sees less and may do less', async () => {
      const root = await Staff.signIn(base, admin.username, admin.password);
      const clerk = await root.clerk();
      const page = await browser.open(base);
      await logIn(base, page, clerk);
      assert.deepEqual(await entries(page), ['管理首页', '学员资料', '我的中心']);
      await page.locator('.refused', { hasText: '没有权限' }).waitFor(); // the log of logins
      await page.goto(`${base}/manage/#${encodeURIComponent('用户管理')}`);
      await page.reload();
      await page.getByRole('heading', { name: '管理首页', level: 2 }).waitFor();
      await shot(page, 'clerk');

      // The entry alone gives a list without buttons; the server refuses what they would do.
      const { data: menus } = await (await fetch(`${base}/menus/getMenus?type=1`, { headers: { authorization: root.token } })).json();
      const wanted = menus.filter((m) => ['管理首页', '商品管理', '我的中心'].includes(m.name)).map((m) => m.menu_id);
      const before = menus.filter((m) => ['管理首页', '学员管理', '学员资料', '我的中心'].includes(m.name)).map((m) => m.menu_id);
      await root.call('/menus/assignmentMenu', { roleid: staffRole, menu_id: wanted.join(',') });
      await page.reload();
      await page.getByRole('link', { name: '商品管理' }).click();
      await page.locator('.goods li').first().waitFor();
      assert.equal(await page.getByText('添加商品').count(), 0);
      assert.equal(await page.getByRole('button', { name: '删除' }).count(), 0);
      const refusal = await page.evaluate(async () => {
        const { call } = await import('/manage/api.js');
        try {
          return await call('/product/add_product', { productName: 'x' }, 'POST');
        } catch (error) {
          return error.message;
        }
      });
      assert.match(refusal, /没有权限/);
      await root.call('/menus/assignmentMenu', { roleid: staffRole, menu_id: before.join(',') });

      // A ban ends the session under the open page.
      const { users: [found] } = await (await fetch(`${base}/users/getAllUsers?username=${clerk.username}`, { headers: { authorization: root.token } })).json();
      await root.call('/users/updateUser', { unid: found.unid, status: '0' });
      await page.getByRole('link', { name: '管理首页' }).click();
      await picture(page);
      assert.ok(await page.locator('#desk').isHidden());
      await silent(page);
    });

    test('the page of payments across mini programs, on a phone', async () => {
      const at = await across(base);
      const page = await browser.open(base, phone);
      const address = (fields) => `${base}/miniprogram_bridge/pay?${new URLSearchParams(fields)}`;
      assert.equal((await page.goto(address(at))).status(), 200);
      await page.getByText(at.orderNo).waitFor();
      const code = page.getByRole('img', { name: '小程序码' });
      await code.evaluate((img) => img.decode());
      const box = await code.boundingBox();
      assert.ok(box.width >= 200 && box.x >= 0 && box.x + box.width <= phone.width && box.y + box.height <= phone.height, JSON.stringify(box));
      await fits(page, 'code');
      await shot(page, 'bridge');
      const text = await browser.scan(await code.screenshot());
      assert.match(text, /^pages\/severs\/index\/index\?scene=[A-Z2-7]{26}$/);
      await page.setViewportSize({ width: 280, height: 653 });
      await fits(page, 'code on the narrowest phone');
      for (const colorScheme of ['light', 'dark']) {
        await page.emulateMedia({ colorScheme });
        assert.equal(await browser.scan(await code.screenshot()), text, `a code to be read on the narrowest phone, ${colorScheme}`);
      }
      await page.setViewportSize(phone);
      assert.deepEqual(page.faults, []);

      // Whoever scans it pays, in the mini program of the other centre.
      const scene = new URLSearchParams(text.split('?')[1]).get('scene');
      const { payload, order } = await payScanned(base, scene);
      assert.deepEqual(payload, { user_id: at.userId, order_no: at.orderNo });
      assert.deepEqual([order.order_no, order.status, order.isOperSelf], [at.orderNo, 4, 1]);
      const paid = await page.goto(address(at));
      assert.equal(paid.status(), 409, 'nothing is left to be paid');
      await page.getByText('请返回小程序后重试').waitFor();

      const wrong = await page.goto(address({ ...at, orderNo: `${at.orderNo}${'0'.repeat(200)}` }));
      assert.ok(wrong.status() >= 400, `status ${wrong.status()}`);
      await page.getByText('请返回小程序后重试').waitFor();
      assert.equal(await page.getByRole('img', { name: '小程序码' }).count(), 0);
      await fits(page, 'error');
      const gone = await page.goto(address({ ...at, orderNo: 'O<b>1' }));
      assert.equal(gone.status(), 404);
      await page.getByText('请返回小程序后重试').waitFor();
      assert.equal(await page.locator('b').count(), 0);
      await fits(page, 'error');
      await shot(page, 'bridge-error');
      // The browser itself notes the status of error pages, nothing else.
      page.faults = page.faults.filter((fault) => !/^console: Failed to load resource: the server responded with a status of 4\d\d .* at \S+\/miniprogram_bridge\/pay\?/.test(fault));
      await silent(page);
    });
  });
}
