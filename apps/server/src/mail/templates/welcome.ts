import { type Letter, render, type Words } from './letter.ts';

interface Welcome {
  readonly username: string;
  readonly publicUrl: string;
}

const LETTERS: Readonly<Record<Letter['locale'], (given: Welcome) => Omit<Letter, 'locale'>>> = {
  en: ({ username, publicUrl }) => ({
    subject: 'Welcome to WatchParty',
    preview: 'Your account is ready. Open a room and ask your friends in.',
    heading: `Welcome, ${username}`,
    paragraphs: [
      'Your account is ready. Open a room, choose a film and ask your friends in: whoever presses play, everybody sees '
        + 'the same picture at the same moment.',
    ],
    button: { label: 'Open WatchParty', url: `${publicUrl}/rooms` },
    footnote: 'You get this mail because an account was made with this address. If it was not you, somebody has '
      + 'mistyped theirs, and you need not do anything.',
  }),
  ru: ({ username, publicUrl }) => ({
    subject: 'Добро пожаловать в WatchParty',
    preview: 'Аккаунт готов. Откройте комнату и позовите друзей.',
    heading: `Добро пожаловать, ${username}`,
    paragraphs: [
      'Аккаунт готов. Откройте комнату, выберите фильм и позовите друзей: кто бы ни нажал на воспроизведение, все видят '
        + 'один и тот же кадр в один и тот же миг.',
    ],
    button: { label: 'Открыть WatchParty', url: `${publicUrl}/rooms` },
    footnote: 'Вы получили это письмо, потому что с этим адресом создан аккаунт. Если это были не вы, кто-то ошибся в '
      + 'своём адресе, и делать ничего не нужно.',
  }),
};

export const welcomeMail = (locale: Letter['locale'], given: Welcome): Words =>
  render({ locale, ...LETTERS[locale](given) });
