// The management API as this page needs it: the session and one call().

const kept = 'mall-manage'; // key in sessionStorage: a login ends with the tab
const loggedOut = new Set(['10022', '1004']); // values of code that end a session

let session = JSON.parse(sessionStorage.getItem(kept) ?? 'null');
let ended = () => {};

// Refusal is an answer whose state is false; its message is meant for people.
export class Refusal extends Error {}

// me is the login's {token, user, buttons}, or null.
export function me() { return session; }

// may says whether the role shows a button: read, add, edit or delete.
export function may(button) { return session?.buttons.includes(button) ?? false; }

// onEnd sets what happens when the server says that the session is over.
export function onEnd(handler) { ended = handler; }

function keep(next) {
  session = next;
  if (next) sessionStorage.setItem(kept, JSON.stringify(next));
  else sessionStorage.removeItem(kept);
}

// call sends fields: in the query of a GET, as form or multipart (FormData) of
// a POST. It gives the whole answer, or throws a Refusal.
export async function call(path, fields = {}, method = 'GET') {
  const form = fields instanceof FormData ? fields : new URLSearchParams(fields);
  const query = method === 'GET' && String(form) ? `?${form}` : '';
  const options = { method, headers: {} };
  if (session) options.headers.authorization = session.token;
  if (method !== 'GET') options.body = form;
  const sent = session;
  let answer;
  try {
    const response = await fetch(path + query, options);
    answer = await response.json();
  } catch {
    throw new Refusal('网络错误，请稍后再试');
  }
  if (answer.state) return answer;
  if (loggedOut.has(String(answer.code)) && sent && sent === session) {
    keep(null);
    ended();
  }
  throw new Refusal(answer.msg || '请求失败');
}

// captcha is a new picture for this browser, as an address for an image: SVG
// that is drawn as a picture cannot run anything.
export async function captcha() {
  const { img } = await call('/users/getCaptcha', { v: 'next' });
  return `data:image/svg+xml,${encodeURIComponent(img)}`;
}

// signIn solves the picture, which has one try, and logs in.
export async function signIn({ username, password, captcha: answer }) {
  await call('/users/verifyCaptcha', { captcha: answer });
  const login = await call('/users/login', { username, password }, 'POST');
  keep({ token: login.token, user: login.userInfo, buttons: login.permission.buttons });
}

// signOut ends the session at the server, and here in any case.
export async function signOut() {
  try {
    await call('/users/signout', {}, 'POST');
  } finally {
    keep(null);
  }
}
