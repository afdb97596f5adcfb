import { type Letter, render, type Words } from './letter.ts';

interface PasswordReset {
  readonly username: string;
  readonly url: string;
}

const LETTERS: Readonly<Record<Letter['locale'], (given: PasswordReset) => Omit<Letter, 'locale'>>> = {
  en: ({ username, url }) => ({
    subject: 'A new password for WatchParty',
    preview: 'The link works once and holds for one hour.',
    heading: 'Choose a new password',
    paragraphs: [
      `Somebody, you we hope, asked for a new password for the account ${username}.`,
      'The link works once and holds for one hour. With the new password you are signed out on all your devices.',
    ],
    button: { label: 'Choose a new password', url },
    footnote: 'If it was not you, do nothing: your password stays as it is, and nobody else has got this link.',
  }),
  ru: ({ username, url }) => ({
    subject: 'Новый пароль для WatchParty',
    preview: 'Ссылка сработает один раз и действует один час.',
    heading: 'Выберите новый пароль',
    paragraphs: [
      `Кто-то, надеемся, что вы, попросил новый пароль для аккаунта ${username}.`,
      'Ссылка сработает один раз и действует один час. С новым паролем вы выйдете из аккаунта на всех устройствах.',
    ],
    button: { label: 'Выбрать новый пароль', url },
    footnote: 'Если это были не вы, ничего не делайте: пароль останется прежним, а этой ссылки больше ни у кого нет.',
  }),
};

export const passwordResetMail = (locale: Letter['locale'], given: PasswordReset): Words =>
  render({ locale, ...LETTERS[locale](given) });
