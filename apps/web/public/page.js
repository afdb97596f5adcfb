/** Small parts that the page is built of. Text always goes in as text, never as markup. */

/** An element with properties and children; children that are null are left out. */
export function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children.filter((child) => child !== null));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** What an API answer holds; throws an Error with `code` and `detail` when it is a refusal or there is none. */
export async function get(path, options) {
  const response = await fetch(path, { headers: { accept: 'application/json' }, ...options }).catch(() => undefined);
  const body = await response?.json().catch(() => undefined);
  if (response?.ok && body) return body;
  throw Object.assign(new Error(body?.detail), { code: body?.code, requestId: body?.requestId });
}

/** What went wrong, what to do, and the code for those who want to know. */
export function failure(title, error, words, retry) {
  const { code, requestId } = error;
  const known = [code, requestId].filter(Boolean).join(' · ');
  return element(
    'div',
    { className: 'state', role: 'alert' },
    element('p', {}, title),
    element('p', { className: 'faint' }, code ? error.message : words.unreachable),
    element('button', { type: 'button', className: 'button', onclick: retry }, words.retry),
    code
      ? element('details', {}, element('summary', {}, words.details), element('code', {}, known))
      : null,
  );
}

export function empty(text, linkText) {
  return element(
    'div', { className: 'state' },
    element('p', {}, text), element('a', { className: 'link', href: '/api/docs' }, linkText),
  );
}

/** Boxes of the true shape, shown when loading takes longer than a blink. Answers how to take that back. */
export function skeleton(container, className, count) {
  const timer = setTimeout(() => {
    const box = () => element('div', { className: `${className} skeleton`, ariaHidden: 'true' });
    container.replaceChildren(...Array.from({ length: count }, box));
  }, 150);
  return () => clearTimeout(timer);
}
