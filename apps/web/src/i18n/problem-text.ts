import { ApiError, NetworkError } from '@watchparty/client';
import type { Locale } from './i18n.tsx';
import type { Speaker } from './speaker.ts';

export interface ProblemText {
  /** What happened and what to do, for people. */
  readonly text: string;
  /** For those who ask: the code, and what finds the request in the log. */
  readonly details: string | undefined;
}

/** What went wrong, in words of the app: the server's own are English, and are shown where we have none. */
export function problemText(error: unknown, { t, has }: Speaker, locale: Locale): ProblemText {
  if (error instanceof NetworkError) return { text: t('problem.network'), details: undefined };
  if (!(error instanceof ApiError)) return { text: t('problem.unexpected'), details: error instanceof Error ? error.message : undefined };
  const { code, requestId, detail, retryAfterSeconds } = error;
  const key = `problem.${code}`;
  const known = has(key) ? t(key, { minutes: Math.max(1, Math.ceil((retryAfterSeconds ?? 60) / 60)) }) : undefined;
  const text = known ?? (locale === 'en' ? detail : t('problem.refused'));
  return { text, details: [code, requestId, known === undefined ? undefined : detail].filter(Boolean).join(' · ') };
}

/** The refused fields of a form by their names, each with a reason. */
export function fieldProblems(error: unknown, speaker: Speaker, locale: Locale): Readonly<Record<string, string>> {
  if (!(error instanceof ApiError)) return {};
  const key = `problem.${error.code}`;
  const known = error.code !== 'request.invalid' && speaker.has(key) ? speaker.t(key, { minutes: 1 }) : undefined;
  return Object.fromEntries(error.errors.flatMap(({ field, message }) => {
    const name = /^\/body\/(\w+)/.exec(field)?.[1];
    if (name === undefined) return [];
    return [[name, known ?? (locale === 'en' ? sentence(message) : speaker.t('field.invalid'))]];
  }));
}

const sentence = (message: string): string => `${message.charAt(0).toUpperCase()}${message.slice(1)}.`.replace(/\.\.$/, '.');
