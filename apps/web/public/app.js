import { byId, element, empty, failure, get, skeleton } from './page.js';
import { timeText, WORDS } from './words.js';

const HEALTH_EVERY_MS = 30_000;
const PAGE_SIZE = 12;
/** Colours of the boxes that stand for posters. */
const TONES = 4;

let language = navigator.language?.startsWith('ru') ? 'ru' : 'en';
let words = WORDS[language];
let running;
let playing;

function speak() {
  words = WORDS[language];
  document.documentElement.lang = language;
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = words[node.dataset.word];
  const other = language === 'ru' ? 'en' : 'ru';
  Object.assign(byId('language'), { textContent: words.otherLanguage, lang: other });
}

function roomCard(room, films) {
  const { name, description, participantCount, maxParticipants, hasPassword, createdAt, movieId } = room;
  const film = films.find(({ id }) => id === movieId);
  const exactly = new Date(createdAt).toLocaleString(language);
  return element(
    'article', { className: 'panel room' },
    element('h3', {}, name),
    description ? element('p', { className: 'description' }, description) : null,
    element(
      'p', { className: 'facts' },
      element('span', { className: 'people' }, words.people(participantCount)),
      element('span', {}, words.places(maxParticipants - participantCount)),
      film ? element('span', {}, film.title) : null,
      hasPassword ? element('span', { className: 'tag' }, words.password) : null,
      element('time', { dateTime: createdAt, title: exactly }, timeText(createdAt, language)),
    ),
  );
}

function filmCard(film) {
  const { id, title, year, durationSeconds, hasFile, url } = film;
  const length = durationSeconds === null ? null : words.minutes(Math.max(1, Math.round(durationSeconds / 60)));
  const facts = [year, length].filter((fact) => fact !== null).join(' · ');
  const initial = element('span', { className: 'initial' }, [...title][0] ?? '');
  const inside = [
    element('span', { className: `poster tone-${id % TONES}`, ariaHidden: 'true' }, initial),
    element('span', { className: 'film-title' }, title),
    element('span', { className: 'facts' }, facts),
    element('span', { className: 'film-action' }, hasFile ? words.play : url ? words.elsewhere : words.noFile),
  ];
  const watch = () => void play(film);
  if (hasFile) return element('button', { type: 'button', className: 'film', onclick: watch }, ...inside);
  if (url) return element('a', { className: 'film', href: url, rel: 'noreferrer' }, ...inside);
  return element('div', { className: 'film' }, ...inside);
}

/** One list: skeleton, then its cards, or why there are none. */
async function show({ name, path, shape, count, card, nothing }) {
  const container = byId(`${name}-list`);
  const settled = skeleton(container, shape, count);
  try {
    const { data } = await get(`${path}?limit=${PAGE_SIZE}`);
    const cards = await card(data.items);
    byId(`${name}-count`).textContent = data.total > 0 ? data.total.toLocaleString(language) : '';
    container.replaceChildren(...(cards.length > 0 ? cards : [nothing()]));
    if (data.total > data.items.length) container.append(element('a', { className: 'link', href: path }, words.more));
  } catch (error) {
    container.replaceChildren(failure(words.cannotLoad, error, words, load));
  } finally {
    settled();
  }
}

function load() {
  const films = get(`/api/movies?limit=100`).then(({ data }) => data.items, () => []);
  const all = [
    show({
      name: 'rooms', path: '/api/rooms', shape: 'panel room', count: 2,
      card: async (rooms) => { const known = await films; return rooms.map((room) => roomCard(room, known)); },
      nothing: () => empty(words.noRooms, words.noRoomsNext),
    }),
    show({
      name: 'films', path: '/api/movies', shape: 'film', count: 4,
      card: (items) => items.map(filmCard), nothing: () => empty(words.noFilms, words.noFilmsNext),
    }),
  ];
  return Promise.all(all);
}

async function checkHealth() {
  const before = running;
  running = await get('/api/health').then(({ success }) => success, () => false);
  byId('status').dataset.state = running ? 'running' : 'away';
  const text = byId('status-text');
  text.dataset.word = running ? 'running' : 'notRunning';
  text.textContent = words[text.dataset.word];
  if (running && before === false) await load();
}

function cannotPlay(film, error) {
  const state = byId('player-state');
  state.hidden = false;
  state.replaceChildren(failure(words.cannotPlay, error, words, () => void play(film)));
}

async function play(film) {
  const video = byId('video');
  playing = film;
  byId('player-title').textContent = film.title;
  byId('player-description').textContent = film.description;
  byId('player-state').hidden = true;
  if (!byId('player').open) byId('player').showModal();
  try {
    const { data } = await get(`/api/movies/${film.id}/stream-url`);
    if (playing !== film) return;
    video.src = data.url;
    // A browser may refuse to start by itself; its own play button is there.
    await video.play().catch(() => {});
  } catch (error) {
    if (playing === film) cannotPlay(film, error);
  }
}

function stopPlaying() {
  const video = byId('video');
  playing = undefined;
  video.removeAttribute('src');
  video.load();
}

/** A link from an invitation leads to `/rooms/5?invite=…`. */
function showInvitation() {
  const room = /^\/rooms\/(\d+)$/.exec(location.pathname)?.[1];
  const invite = new URLSearchParams(location.search).get('invite');
  if (room === undefined || invite === null) return;
  byId('invitation-request').textContent = `POST /api/rooms/${room}/join\n${JSON.stringify({ invite })}`;
  byId('invitation').hidden = false;
}

byId('language').addEventListener('click', () => {
  language = language === 'ru' ? 'en' : 'ru';
  speak();
  void load();
});
byId('player-close').addEventListener('click', () => byId('player').close());
byId('player').addEventListener('close', stopPlaying);
byId('video').addEventListener('error', ({ target: { error } }) => {
  if (playing === undefined) return;
  cannotPlay(playing, Object.assign(new Error(error?.message || words.cannotPlay), { code: `media.${error?.code}` }));
});
const showNetwork = () => { byId('offline').hidden = navigator.onLine; };
addEventListener('online', () => { showNetwork(); void checkHealth(); });
addEventListener('offline', showNetwork);
setInterval(() => { if (!document.hidden) void checkHealth(); }, HEALTH_EVERY_MS);

speak();
showNetwork();
showInvitation();
void checkHealth();
void load();
