// People: the home page with the log of logins, users, students, oneself.
import { call, me } from './api.js';
import { el, paged, table } from './dom.js';

const perPage = 10;

// listed is a paged table of a route whose rows are under a key.
function listed(path, columns) {
  return paged(perPage, async (page, count) => {
    const { total, data } = await call(path, { page, count });
    return { total, data };
  }, (rows) => table(columns, rows)).node;
}

export function home() {
  return el('section', {}, el('h3', {}, '登入日志'), listed('/getloginlog', [
    ['用户', (row) => row.username],
    ['本次登入', (row) => row.nowLogin.loginTime],
    ['地址', (row) => row.nowLogin.ip],
    ['上次登入', (row) => row.lastLogin.loginTime || '—'],
  ]));
}

export function users() {
  return listed('/users/getAllUsers', [
    ['用户名', (row) => row.username || '—'],
    ['昵称', (row) => row.nickname || '—'],
    ['手机', (row) => row.phone || '—'],
    ['角色', (row) => row.roleName || '普通用户'],
    ['状态', (row) => (row.status === '1' ? '正常' : '停用')],
    ['注册时间', (row) => row.create_at],
  ]);
}

export function students() {
  return listed('/students/getstulist', [
    ['学号', (row) => row.sId],
    ['姓名', (row) => row.name],
    ['班级', (row) => row.class],
    ['年龄', (row) => row.age],
    ['学历', (row) => row.degree],
    ['城市', (row) => row.city],
  ]);
}

export function mine() {
  const { user } = me();
  return el('dl', { className: 'card' }, ...[
    ['用户名', user.username], ['昵称', user.nickname], ['手机', user.phone], ['邮箱', user.email], ['角色', user.roleName],
  ].flatMap(([title, text]) => [el('dt', {}, title), el('dd', {}, text || '—')]));
}
