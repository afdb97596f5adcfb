import { plainName } from './html.ts';
import { type Letter, render, type Words } from './letter.ts';

interface EventPromoted {
  readonly title: string;
  readonly startsAt: Date;
  /** IANA name: the mail says what the clocks show there. */
  readonly timeZone: string;
  readonly url: string;
}

interface Wording extends Pick<EventPromoted, 'title' | 'url'> {
  readonly when: string;
}

const LETTERS: Readonly<Record<Letter['locale'], (given: Wording) => Omit<Letter, 'locale'>>> = {
  en: ({ title, when, url }) => ({
    subject: `You have a seat: “${title}”`,
    preview: `Somebody cannot come, and the seat is yours. ${when}`,
    heading: `You have a seat at “${title}”`,
    paragraphs: ['You were on the waiting list, and a seat has become free: it is yours now.', when],
    button: { label: 'See the event', url },
    footnote: 'You get this mail because you asked for it when you joined the waiting list. If you cannot come, say so on '
      + 'the page of the event: the next person is waiting.',
  }),
  ru: ({ title, when, url }) => ({
    subject: `Для вас есть место: «${title}»`,
    preview: `Кто-то не сможет прийти, и место теперь ваше. ${when}`,
    heading: `Для вас есть место на «${title}»`,
    paragraphs: ['Вы были в листе ожидания, и место освободилось: теперь оно ваше.', when],
    button: { label: 'Открыть событие', url },
    footnote: 'Вы получили это письмо, потому что попросили о нём, вставая в лист ожидания. Если вы не сможете прийти, '
      + 'отметьте это на странице события: место ждёт следующий.',
  }),
};

export function eventPromotedMail(locale: Letter['locale'], { title, startsAt, timeZone, url }: EventPromoted): Words {
  const when = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'short', timeZone }).format(startsAt);
  return render({ locale, ...LETTERS[locale]({ title: plainName(title), when: `${when} (${timeZone})`, url }) });
}
