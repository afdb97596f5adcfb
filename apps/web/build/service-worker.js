// Serves two things: the assets of this build, whose names change with their content, and a page for when there is no
// network. Pages and the API's answers always come from the server, so nothing here can be older than what is deployed.
const { id, assets } = self.BUILD;
const CACHE = `watchparty-${id}`;
const ASSETS = new Set(assets);
const OFFLINE = '/offline.html';
/** What the page for no network is made of; asked of the server first. */
const OFFLINE_PARTS = new Set(['/offline.css', '/offline.js', '/theme.js', '/favicon.svg']);

self.addEventListener('install', (event) => {
  const fresh = [OFFLINE, ...OFFLINE_PARTS].map((path) => new Request(path, { cache: 'reload' }));
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(fresh)));
  // Nothing that older pages need is lost with the worker before: they ask the server, as without one.
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    const names = await caches.keys();
    await Promise.all(names.filter((name) => name.startsWith('watchparty-') && name !== CACHE).map((name) => caches.delete(name)));
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== location.origin) return;
  if (request.mode === 'navigate') event.respondWith(page(event));
  else if (ASSETS.has(url.pathname)) event.respondWith(asset(request));
  else if (OFFLINE_PARTS.has(url.pathname)) event.respondWith(fetch(request).catch(() => kept(url.pathname)));
});

async function page(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch (error) {
    return (await kept(OFFLINE)) ?? Promise.reject(error);
  }
}

async function asset(request) {
  const held = await kept(request.url);
  if (held !== undefined) return held;
  const response = await fetch(request);
  if (response.status === 200) {
    // A full disk is no reason to do without.
    keep(request.url, response.clone()).catch(() => {});
  }
  return response;
}

/** A worker that has been replaced may still be serving: what its follower has cleared away it does not make again. */
async function keep(url, response) {
  if (await caches.has(CACHE)) await (await caches.open(CACHE)).put(url, response);
}

const kept = (url) => caches.match(url, { cacheName: CACHE });
