import { plainName } from './html.ts';
import { type Letter, render, type Words } from './letter.ts';

interface RoomInvitation {
  /** Who invites. */
  readonly username: string;
  readonly roomName: string;
  readonly url: string;
}

const LETTERS: Readonly<Record<Letter['locale'], (given: RoomInvitation) => Omit<Letter, 'locale'>>> = {
  en: ({ username, roomName, url }) => ({
    subject: `${username} invites you to “${roomName}”`,
    preview: 'Watch a film together, in step. The invitation holds for a week.',
    heading: `${username} invites you to “${roomName}”`,
    paragraphs: [
      'Watch a film together, each on your own screen, in step to a frame. The link lets you into the room for a week.',
    ],
    button: { label: 'Enter the room', url },
    footnote: `You get this mail because ${username} gave this address to WatchParty. If you do not know them, you need `
      + 'not do anything.',
  }),
  ru: ({ username, roomName, url }) => ({
    subject: `${username} зовёт вас в комнату «${roomName}»`,
    preview: 'Смотрите фильм вместе, кадр в кадр. Приглашение действует неделю.',
    heading: `${username} зовёт вас в комнату «${roomName}»`,
    paragraphs: [
      'Смотрите фильм вместе, каждый на своём экране, кадр в кадр. Ссылка открывает комнату в течение недели.',
    ],
    button: { label: 'Войти в комнату', url },
    footnote: `Вы получили это письмо, потому что этот адрес назвал в WatchParty пользователь ${username}. Если вы не `
      + 'знакомы, делать ничего не нужно.',
  }),
};

export const roomInvitationMail = (locale: Letter['locale'], given: RoomInvitation): Words =>
  render({ locale, ...LETTERS[locale]({ ...given, roomName: plainName(given.roomName) }) });
