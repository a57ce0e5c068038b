// The login by QR code with the unmodified socket.io-client 2.3.0, by polling,
// by WebSocket, and beginning with the one and going over to the other.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import io from 'socket.io-client';
import { start } from '../../wxapi/sdktest/host.mjs';

const wait = '8s'; // for a phone; long enough for a slow machine, short enough to be waited for
const patience = 30_000; // ms

const transports = {
  polling: { transports: ['polling'] },
  websocket: { transports: ['websocket'] },
  upgrade: { transports: ['polling', 'websocket'] },
};

// Page is a browser that waits for a phone.
class Page {
  constructor(base, options) {
    this.base = base;
    this.heard = []; // events not yet taken
    this.waiting = [];
    this.socket = io(base, { forceNew: true, reconnection: false, ...options });
    for (const name of ['connectSuccess', 'scancodeSuccess', 'invalidCode', 'connect_error', 'disconnect']) {
      this.socket.on(name, (data) => {
        this.heard.push({ name, data });
        this.waiting.shift()?.();
      });
    }
    this.upgraded = new Promise((resolve) => {
      this.socket.io.engine.once('upgrade', (to) => resolve(to.name));
    });
  }

  // next is the next event, which must have this name.
  async next(name) {
    if (this.heard.length === 0) {
      let timer;
      await Promise.race([
        new Promise((resolve) => { this.waiting.push(resolve); }),
        new Promise((_, reject) => { timer = setTimeout(() => reject(new Error(`no ${name} came`)), patience); }),
      ]).finally(() => clearTimeout(timer));
    }
    const event = this.heard.shift();
    assert.equal(event.name, name, JSON.stringify(event.data));
    return event.data;
  }

  // greeted is the sid that the server gives.
  async greeted() {
    const hello = await this.next('connectSuccess');
    assert.equal(hello.state, true);
    assert.equal(hello.status, 200);
    assert.equal(hello.msg, '连接成功');
    this.sid = hello.sid;
    assert.ok(this.sid);
    return this.sid;
  }

  // show asks for a code, as the page does to draw it.
  async show(base = this.base) {
    const answer = await json(`${base}/users/getQrcode?sid=${this.sid}`);
    assert.equal(answer.state, true, JSON.stringify(answer));
    return answer.scanCodeUrl;
  }

  close() {
    this.socket.close();
  }
}

async function json(address, options) {
  return (await fetch(address, options)).json();
}

// phone opens the address of a code at a host and presses the button.
async function phone(base, scanCodeUrl, openid) {
  const at = new URL(scanCodeUrl);
  const page = await fetch(base + at.pathname + at.search);
  assert.match(await page.text(), /Scan and confirm/);
  const agreed = await fetch(`${base}/sandbox/wechat/agree?state=${at.searchParams.get('state')}&openid=${openid}`);
  assert.equal(agreed.status, 200);
  return agreed.text();
}

const dsn = process.env.MALL_SDK_POSTGRES_DSN;
const databases = [
  { name: 'one process on SQLite', processes: 1 },
  { name: 'two processes on PostgreSQL', processes: 2, db: dsn, skip: dsn ? false : 'MALL_SDK_POSTGRES_DSN is not set' },
];

test('a PostgreSQL run is there where it is required', () => {
  assert.ok(dsn || process.env.MALL_REQUIRE_POSTGRES !== '1', 'MALL_REQUIRE_POSTGRES=1 without MALL_SDK_POSTGRES_DSN');
});

for (const { name, processes, db, skip } of databases) {
  describe(name, { skip }, () => {
    const hosts = [];
    let desk; // where the browser's socket is
    let street; // where the phone and the browser's other requests go

    before(async () => {
      for (let i = 0; i < processes; i += 1) hosts.push(await start(db, '-demo=false', '-qrwait', wait));
      desk = hosts[0].base;
      street = hosts.at(-1).base;
    });

    for (const [way, options] of Object.entries(transports)) {
      test(`a login by ${way}`, async () => {
        const page = new Page(desk, options);
        await page.greeted();
        if (way === 'upgrade') assert.equal(await page.upgraded, 'websocket');
        assert.equal(page.socket.id, page.sid);
        const code = await page.show(street);
        assert.match(await phone(street, code, `o-${way}`), /扫码成功/);
        assert.deepEqual(JSON.parse(await phone(desk, code, 'o-second')), { status: 10004, state: false, msg: '二维码已经被扫过了' });
        const told = await page.next('scancodeSuccess');
        assert.deepEqual([told.status, told.state, told.msg], [200, true, '已扫码']);

        const login = await json(`${street}/users/wechatLogin?wechatCode=${encodeURIComponent(told.wechatCode)}`);
        assert.deepEqual([login.status, login.state, login.msg], [200, true, '微信登入成功'], JSON.stringify(login));
        assert.ok(login.token && Array.isArray(login.permission.buttons) && login.userInfo.nickname.startsWith('微信用户'));
        const classes = await json(`${desk}/students/getclasses`, { headers: { authorization: login.token } });
        assert.deepEqual(classes, { status: 200, state: true, data: [] }, 'the session is good at every process');
        const again = await json(`${desk}/users/wechatLogin?wechatCode=${encodeURIComponent(told.wechatCode)}`);
        assert.equal(again.state, false, 'a code is good for one login');

        assert.match(await phone(street, await page.show(desk), `o-${way}`), /扫码成功/, 'the same page once more');
        const second = await json(`${street}/users/wechatLogin?wechatCode=${encodeURIComponent((await page.next('scancodeSuccess')).wechatCode)}`);
        assert.equal(second.userInfo.unid, login.userInfo.unid, 'the same account');
        page.close();
      });
    }

    test('nobody scans', async () => {
      await Promise.all(Object.values(transports).map(async (options) => {
        const page = new Page(desk, options);
        await page.greeted();
        const code = await page.show(street);
        assert.deepEqual(await page.next('invalidCode'), { status: 10004, state: false, msg: '无效的二维码' });
        assert.deepEqual(JSON.parse(await phone(street, code, 'o-late')), { status: 10004, state: false, msg: '无效的二维码' });
        assert.match(await phone(street, await page.show(street), 'o-again'), /扫码成功/, 'another code for the same sid');
        await page.next('scancodeSuccess');
        page.close();
      }));
    });

    test('twenty phones at once', async () => {
      const page = new Page(desk, transports.upgrade);
      await page.greeted();
      const code = await page.show(street);
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => phone(i % 2 ? desk : street, code, `o-${i}`)));
      assert.equal(answers.filter((text) => /扫码成功/.test(text)).length, 1);
      await page.next('scancodeSuccess');
      page.close();
    });

    test('a page that is gone has no code', async () => {
      const page = new Page(desk, transports.websocket);
      await page.greeted();
      page.close();
      for (let tries = 0; ; tries += 1) {
        const answer = await json(`${street}/users/getQrcode?sid=${page.sid}`);
        if (!answer.state) {
          assert.equal(answer.msg, 'socket指定sid错误');
          break;
        }
        assert.ok(tries < 200, 'the socket is still there');
        await new Promise((resolve) => { setTimeout(resolve, 20); });
      }
    });

    test('pages of strangers get no socket', async () => {
      const answer = await fetch(`${desk}/socket.io/?EIO=3&transport=polling`, { headers: { origin: 'https://evil.example' } });
      assert.equal(answer.status, 403);
    });

    test('a host ends while pages wait', async () => {
      const pages = Object.values(transports).map((options) => new Page(desk, options));
      await Promise.all(pages.map((page) => page.greeted()));
      await pages[2].upgraded;
      for (const host of hosts) {
        assert.doesNotMatch(host.log(), /level=ERROR|panic/);
        assert.equal(await host.stop(), 0, 'the host must end with 0 on SIGTERM');
      }
      await Promise.all(pages.map((page) => page.next('disconnect')));
      hosts.length = 0;
    });

    after(async () => {
      for (const host of hosts) await host.stop();
    });
  });
}
