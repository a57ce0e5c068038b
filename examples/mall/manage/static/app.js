// The frame of the page: login, menu by role, sign out.
import { call, captcha, me, onEnd, signIn, signOut } from './api.js';
import { el, say, trying } from './dom.js';
import { goods } from './goods.js';
import { orders } from './orders.js';
import { home, mine, students, users } from './people.js';

// views are the menu entries that this page knows; others are left out.
const views = {
  管理首页: home, 商品管理: goods, 订单管理: orders, 用户管理: users, 学员资料: students, 我的中心: mine,
};

const login = document.querySelector('#login');
const picture = document.querySelector('#captcha');
const desk = document.querySelector('#desk');
const nav = desk.querySelector('nav');
const main = desk.querySelector('main');
const who = document.querySelector('#who');

let names = []; // entries of the menu

let drawn = Promise.resolve();

// redraw asks for another picture. One after the other: the last one counts.
function redraw() {
  drawn = drawn.then(async () => {
    login.elements.captcha.value = '';
    try {
      picture.src = await captcha();
    } catch (error) {
      say(error.message);
    }
  });
  return drawn;
}

// showLogin is the page of somebody who is not signed in.
function showLogin() {
  if (!login.hidden) return;
  desk.hidden = true;
  who.hidden = true;
  main.replaceChildren();
  nav.replaceChildren();
  names = [];
  login.reset();
  login.hidden = false;
  redraw();
}

// showDesk is the page of somebody who is: the menu of the role.
async function showDesk() {
  const { roleName, menuList } = await call('/permission/getMenuList');
  names = [];
  const entries = (list) => el('ul', {}, ...list.flatMap(({ name, children = [] }) => {
    const known = Object.hasOwn(views, name);
    const below = children.length ? entries(children) : null;
    if (known) names.push(name);
    if (!known && !below?.children.length) return [];
    return [el('li', {}, known ? el('a', { href: `#${name}` }, name) : el('span', {}, name), below?.children.length ? below : null)];
  }));
  nav.replaceChildren(entries(menuList));
  const { user } = me();
  who.querySelector('span').textContent = `${user.nickname || user.username}${roleName ? `（${roleName}）` : ''}`;
  login.hidden = true;
  picture.removeAttribute('src');
  desk.hidden = false;
  who.hidden = false;
  open();
}

// open shows the entry that the address names, if the role's menu has it.
function open() {
  if (!me() || names.length === 0) return;
  const name = names.find((n) => encodeURIComponent(n) === location.hash.slice(1)) ?? names[0];
  for (const link of nav.querySelectorAll('a')) {
    if (link.textContent !== name) {
      link.removeAttribute('aria-current');
      continue;
    }
    link.setAttribute('aria-current', 'page');
    link.scrollIntoView({ block: 'nearest', inline: 'center' });
  }
  say('');
  main.replaceChildren(el('h2', {}, name), views[name]());
}

login.addEventListener('submit', async (event) => {
  event.preventDefault();
  const fields = Object.fromEntries(new FormData(login));
  if (!await trying(login, () => signIn(fields))) {
    await redraw();
    return;
  }
  if (!await trying(login, showDesk)) await redraw();
});
document.querySelector('#redraw').addEventListener('click', redraw);
document.querySelector('#signout').addEventListener('click', async (event) => {
  await trying(event.currentTarget, signOut);
  location.hash = '';
  showLogin();
});
window.addEventListener('hashchange', open);
onEnd(showLogin);

if (!me() || !await trying(login, showDesk)) showLogin();
