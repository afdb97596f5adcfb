import { Writable } from 'node:stream';
import { sql } from 'kysely';
import { pino } from 'pino';
import { expect } from 'vitest';
import { startTestApp, type TestApp } from './app.ts';
import { type MailServer, type MailServerOptions, type ReceivedMail, startMailServer } from './smtp.ts';

export interface MailApp extends TestApp {
  readonly mailServer: MailServer;
  /** The log, line by line, as JSON. */
  readonly lines: readonly string[];
  /** Waits for the first mail that comes to this address, with this subject where one is given: mails overtake one another. */
  mailTo(address: string, subject?: string): Promise<ReceivedMail>;
  /** All that came to this address so far. */
  mailsTo(address: string): readonly ReceivedMail[];
  /** All that the database holds, one text for each table. */
  tables(): Promise<readonly string[]>;
  /** Waits until no job is left to do. */
  settled(): Promise<void>;
}

/** The whole server with a real mail server behind it. */
export async function startMailApp(env: Readonly<Record<string, string>> = {}, options: MailServerOptions = {}): Promise<MailApp> {
  const mailServer = await startMailServer(options);
  const lines: string[] = [];
  const log = pino(new Writable({ write: (line: Buffer, _encoding, done) => (lines.push(String(line)), done()) }));
  const app = await startTestApp({ SMTP_HOST: '127.0.0.1', SMTP_PORT: String(mailServer.port), ...env }, { log });
  const mailsTo = (address: string) =>
    mailServer.received.filter(({ to }) => to.some((one) => one.toLowerCase() === address.toLowerCase()));
  return {
    ...app, mailServer, lines, mailsTo,
    async mailTo(address, subject) {
      const first = () => mailsTo(address).find(({ mail }) => subject === undefined || mail.subject === subject);
      await expect.poll(first, { message: `a mail to ${address}` }).toBeDefined();
      return first()!;
    },
    async tables() {
      const { rows } = await sql<{ content: string }>`
        select query_to_xml(format('select * from %I.%I', schemaname, tablename), true, false, '')::text as content
        from pg_tables where schemaname not in ('pg_catalog', 'information_schema')
      `.execute(app.db.database.kysely);
      return rows.map(({ content }) => content);
    },
    async settled() {
      const open = async (): Promise<number> => {
        const { rows } = await sql`select 1 from jobs where done_at is null and failed_at is null`.execute(app.db.database.kysely);
        return rows.length;
      };
      await expect.poll(open).toBe(0);
    },
    async close() {
      await app.close();
      await mailServer.close();
    },
  };
}

/** The parameter of the link that a mail leads to. */
export function linkOf({ mail }: ReceivedMail, parameter: string): { readonly url: string; readonly value: string } {
  const url = /https?:\/\/\S+/.exec(mail.text ?? '')?.[0] ?? '';
  return { url, value: new URL(url).searchParams.get(parameter) ?? '' };
}
