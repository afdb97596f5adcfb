/** What the page says, in the languages it speaks. Functions get a number and answer its right form. */

const plural = (language, forms) => {
  const rules = new Intl.PluralRules(language);
  return (count) => `${count.toLocaleString(language)} ${forms[rules.select(count)] ?? forms.other}`;
};

export const WORDS = {
  en: {
    title: 'Watch a film together',
    lead: 'This is a WatchParty server. Bring your own film, open a room, send your friends a link, and talk ' +
      'while you watch.',
    reference: 'API reference',
    seeFilms: 'See what is on',
    today: 'Today everything is done through the HTTP API. Rooms in the browser are not built yet.',
    invited: 'You are invited to a room',
    invitedHow: 'Rooms do not open in the browser yet. Sign in through the API and send this:',
    rooms: 'Open rooms',
    films: 'Films',
    errors: 'Error codes',
    health: 'Health',
    close: 'Close',
    offline: 'You are offline. What you see may be old.',
    asking: 'Asking the server…',
    running: 'Running',
    notRunning: 'The server does not answer',
    noRooms: 'No public room is open right now.',
    noRoomsNext: 'Open the first one',
    noFilms: 'No public film is here yet.',
    noFilmsNext: 'Add one',
    cannotLoad: 'This could not be loaded.',
    cannotPlay: 'This film could not be played.',
    unreachable: 'The server did not answer. Is it running, and are you online?',
    retry: 'Try again',
    details: 'Details',
    play: 'Play',
    elsewhere: 'Opens elsewhere',
    noFile: 'No file yet',
    password: 'Password',
    more: 'More',
    people: plural('en', { one: 'person', other: 'people' }),
    places: plural('en', { one: 'place left', other: 'places left' }),
    minutes: plural('en', { other: 'min' }),
    otherLanguage: 'Русский',
  },
  ru: {
    title: 'Смотрите кино вместе',
    lead: 'Это сервер WatchParty. Загрузите свой фильм, откройте комнату, отправьте друзьям ссылку и ' +
      'разговаривайте во время просмотра.',
    reference: 'Справочник API',
    seeFilms: 'Что сейчас идёт',
    today: 'Пока всё делается через HTTP API: комнат в браузере ещё нет.',
    invited: 'Вас пригласили в комнату',
    invitedHow: 'В браузере комнаты пока не открываются. Войдите через API и отправьте такой запрос:',
    rooms: 'Открытые комнаты',
    films: 'Фильмы',
    errors: 'Коды ошибок',
    health: 'Состояние',
    close: 'Закрыть',
    offline: 'Нет соединения с сетью. Данные могли устареть.',
    asking: 'Проверяем сервер…',
    running: 'Работает',
    notRunning: 'Сервер не отвечает',
    noRooms: 'Сейчас нет открытых комнат.',
    noRoomsNext: 'Откройте первую',
    noFilms: 'Фильмов пока нет.',
    noFilmsNext: 'Добавьте первый',
    cannotLoad: 'Не удалось загрузить.',
    cannotPlay: 'Не удалось включить фильм.',
    unreachable: 'Сервер не ответил. Запущен ли он и есть ли у вас сеть?',
    retry: 'Повторить',
    details: 'Подробности',
    play: 'Смотреть',
    elsewhere: 'На другом сайте',
    noFile: 'Файла ещё нет',
    password: 'Пароль',
    more: 'Ещё',
    people: plural('ru', { one: 'человек', few: 'человека', many: 'человек', other: 'человека' }),
    places: plural('ru', {
      one: 'свободное место', few: 'свободных места', many: 'свободных мест', other: 'свободного места',
    }),
    minutes: plural('ru', { other: 'мин' }),
    otherLanguage: 'English',
  },
};

/** Relative within a day, else the date. */
export function timeText(iso, language) {
  const minutes = Math.round((Date.parse(iso) - Date.now()) / 60_000);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  if (minutes > -60) return relative.format(Math.min(minutes, 0), 'minute');
  if (minutes > -24 * 60) return relative.format(Math.round(minutes / 60), 'hour');
  return new Date(iso).toLocaleDateString(language, { day: 'numeric', month: 'long', year: 'numeric' });
}
