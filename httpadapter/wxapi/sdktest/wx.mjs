// The part of WeChat's global `wx` that the SDK uses, over fetch. Only the api
// host of the SDK is settable; its other hosts are constants, so they are
// mapped here to the paths under which the host program serves them.

const hosts = {
  'https://common.apifm.com/': '/common/',
  'https://cms.apifm.com/': '/cms/',
  'https://oss.apifm.com/': '/',
  'https://dfs.apifm.com/': '/',
  'https://jdvop.apifm.com/': '/',
};

function locate(base, url) {
  if (url.startsWith(base)) return url;
  for (const [host, path] of Object.entries(hosts)) {
    if (url.startsWith(host)) return base + path + url.slice(host.length);
  }
  throw new Error(`the SDK calls an unmapped host: ${url}`);
}

// Like the mini-program runtime: every value travels as text, a missing one as "undefined".
function form(data) {
  const fields = new URLSearchParams();
  for (const [key, value] of Object.entries(data ?? {})) fields.append(key, String(value));
  return fields;
}

async function answer(response) {
  const text = await response.text();
  if (response.status !== 200) throw new Error(`HTTP ${response.status} from ${response.url}: ${text.slice(0, 200)}`);
  return text;
}

async function request(base, { url, method, data, header }) {
  let target = locate(base, url);
  const fields = form(data);
  const init = { method: method.toUpperCase(), headers: { ...header }, redirect: 'error' };
  if (init.method === 'GET') {
    if (fields.size > 0) target += (target.includes('?') ? '&' : '?') + fields;
  } else {
    init.body = fields.toString();
  }
  const text = await answer(await fetch(target, init));
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

async function upload(base, { url, filePath, name, formData }) {
  const body = new FormData();
  for (const [key, value] of Object.entries(formData ?? {})) body.append(key, String(value));
  body.append(name, new Blob([filePath.bytes], { type: 'application/octet-stream' }), filePath.name);
  return answer(await fetch(locate(base, url), { method: 'POST', body, redirect: 'error' }));
}

// install sets globalThis.wx for one host program. A "temporary file path" is {name, bytes}.
export function install(base) {
  globalThis.wx = {
    request(options) {
      request(base, options).then((data) => options.success({ data }), options.fail);
    },
    uploadFile(options) {
      upload(base, options).then((data) => options.success({ data }), options.fail);
    },
    getStorageSync: () => '',
  };
}
