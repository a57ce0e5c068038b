// Elements without HTML: whatever comes from the server is text.

// el makes an element; on… properties are listeners, children texts or elements.
export function el(tag, properties = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else if (name.startsWith('data-') || name.startsWith('aria-')) node.setAttribute(name, value);
    else node[name] = value;
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const notice = document.querySelector('#notice');

// say shows one message, as good news or bad; '' takes it away.
export function say(text, good = false) {
  notice.textContent = text;
  notice.hidden = text === '';
  notice.className = good ? 'good' : 'bad';
}

// trying runs an action of a button or form, which is disabled meanwhile, and
// shows what went wrong. It says whether all went well.
export async function trying(control, action) {
  const controls = control instanceof HTMLFormElement ? [...control.elements] : [control];
  const usable = controls.filter((c) => !c.disabled);
  say('');
  usable.forEach((c) => { c.disabled = true; });
  try {
    await action();
    return true;
  } catch (error) {
    say(error.message);
    return false;
  } finally {
    usable.forEach((c) => { c.disabled = false; });
  }
}

// paged shows a list page by page: load(page, count) gives {total, data}, draw
// makes an element of data. The result's reload goes back to the first page.
export function paged(count, load, draw) {
  const body = el('div');
  const foot = el('p', { className: 'pager' });
  let asked = 0; // answers to older requests come too late
  async function show(page) {
    asked += 1;
    const mine = asked;
    try {
      const { total, data } = await load(page, count);
      if (mine !== asked) return;
      const pages = Math.max(1, Math.ceil(total / count));
      if (page > pages) {
        await show(pages);
        return;
      }
      body.replaceChildren(data.length ? draw(data) : el('p', { className: 'empty' }, '暂无数据'));
      foot.replaceChildren(
        el('button', { className: 'quiet', disabled: page <= 1, onclick: () => show(page - 1) }, '上一页'),
        el('span', {}, `${page} / ${pages} 页，共 ${total} 条`),
        el('button', { className: 'quiet', disabled: page >= pages, onclick: () => show(page + 1) }, '下一页'),
      );
    } catch (error) {
      if (mine !== asked) return;
      body.replaceChildren(el('p', { className: 'empty refused' }, error.message));
      foot.replaceChildren();
    }
  }
  show(1);
  return { node: el('div', {}, body, foot), reload: () => show(1) };
}

// table shows rows in columns [title, row => text or element].
export function table(columns, rows) {
  return el('table', {},
    el('thead', {}, el('tr', {}, ...columns.map(([title]) => el('th', { scope: 'col' }, title)))),
    el('tbody', {}, ...rows.map((row) => el('tr', {},
      ...columns.map(([title, cell]) => el('td', { 'data-title': title }, cell(row) ?? ''))))));
}
