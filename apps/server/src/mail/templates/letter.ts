import type { Mail } from '../mailer.ts';
import { html, Html } from './html.ts';
import { ACCENT, DARK, LIGHT } from './palette.ts';

export type Words = Pick<Mail, 'subject' | 'html' | 'text'>;

/** What a mail says, as plain text throughout. */
export interface Letter {
  readonly locale: Mail['locale'];
  readonly subject: string;
  /** What inboxes show beside the subject. */
  readonly preview: string;
  readonly heading: string;
  readonly paragraphs: readonly string[];
  readonly button: { readonly label: string; readonly url: string };
  /** Why one gets this, and what to do if it was not meant. */
  readonly footnote: string;
}

const IF_THE_BUTTON_FAILS: Readonly<Record<Mail['locale'], string>> = {
  en: 'If the button does nothing, open this address:',
  ru: 'Если кнопка не работает, откройте этот адрес:',
};

const FONT = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";

const inScheme = (prefix: string, colours: Readonly<Record<keyof typeof DARK, string>>): string => `
${prefix}.paper{background-color:${colours.paper}!important}
${prefix}.panel{background-color:${colours.panel}!important;border-color:${colours.line}!important}
${prefix}.ink{color:${colours.ink}!important}
${prefix}.quiet{color:${colours.quiet}!important}
${prefix}.link{color:${colours.link}!important}`;

/** Outlook's own dark mode marks the body with `data-ogsc` and knows no media query. */
const STYLE = new Html(`
:root{color-scheme:light dark;supported-color-schemes:light dark}
@media (prefers-color-scheme:dark){${inScheme('', DARK)}
}${inScheme('[data-ogsc] ', DARK)}
@media (max-width:620px){.panel{padding:28px 24px!important}.heading{font-size:24px!important;line-height:32px!important}}
`);

/** Both bodies of a mail. Tables and inline styles, for mail programs know little else; nothing is loaded from anywhere. */
export function render(letter: Letter): Words {
  return { subject: letter.subject, html: page(letter).source, text: plain(letter) };
}

const page = ({ locale, subject, preview, heading, paragraphs, button, footnote }: Letter): Html => html`<!doctype html>
<html lang="${locale}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="x-apple-disable-message-reformatting">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title>${subject}</title>
<style>${STYLE}</style>
</head>
<body class="paper" style="margin:0;padding:0;background-color:${LIGHT.paper};-webkit-text-size-adjust:100%">
<div style="display:none;max-height:0;overflow:hidden;opacity:0;mso-hide:all">${preview}${FILLER}</div>
<table role="presentation" class="paper" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:${LIGHT.paper}">
<tr><td align="center" style="padding:32px 12px">
<table role="presentation" width="600" cellpadding="0" cellspacing="0" border="0" style="width:100%;max-width:600px">
<tr><td style="padding:0 4px 20px">
<table role="presentation" cellpadding="0" cellspacing="0" border="0"><tr>
<td width="28" height="28" align="center" bgcolor="${ACCENT.background}" style="width:28px;height:28px;border-radius:8px;background-color:${ACCENT.background};color:${ACCENT.ink};font:700 13px/28px ${FONT}" aria-hidden="true">&#9654;&#65038;</td>
<td class="ink" style="padding-left:10px;color:${LIGHT.ink};font:600 16px/28px ${FONT}">WatchParty</td>
</tr></table>
</td></tr>
<tr><td class="panel" style="padding:40px;background-color:${LIGHT.panel};border:1px solid ${LIGHT.line};border-radius:12px">
<h1 class="ink heading" style="margin:0 0 16px;color:${LIGHT.ink};font:700 28px/36px ${FONT};overflow-wrap:anywhere">${heading}</h1>
${paragraphs.map((paragraph) => html`<p class="ink" style="margin:0 0 16px;color:${LIGHT.ink};font:400 16px/26px ${FONT};overflow-wrap:anywhere">${paragraph}</p>
`)}<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0"><tr>
<td bgcolor="${ACCENT.background}" style="border-radius:8px;background-color:${ACCENT.background}"><a href="${button.url}" style="display:inline-block;padding:14px 28px;border-radius:8px;color:${ACCENT.ink};font:600 16px/20px ${FONT};text-decoration:none">${button.label}</a></td>
</tr></table>
<p class="quiet" style="margin:0;color:${LIGHT.quiet};font:400 14px/22px ${FONT}">${IF_THE_BUTTON_FAILS[locale]}<br><a class="link" href="${button.url}" style="color:${LIGHT.link};word-break:break-all">${button.url}</a></p>
</td></tr>
<tr><td class="quiet" style="padding:20px 4px 0;color:${LIGHT.quiet};font:400 12px/18px ${FONT}">${footnote}</td></tr>
</table>
</td></tr>
</table>
</body>
</html>
`;

/** Keeps inboxes from showing the mail's beginning after a short preview. */
const FILLER = new Html('&#8199;&#65279;&#847; '.repeat(60));

const plain = ({ heading, paragraphs, button, footnote }: Letter): string =>
  [heading, ...paragraphs, `${button.label}:\n${button.url}`, `--\n${footnote}`].join('\n\n').concat('\n');
