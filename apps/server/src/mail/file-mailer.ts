import { mkdir, open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import type { Log } from '../kernel/log.ts';
import type { Mailer } from './mailer.ts';
import { messageOf, type SenderSettings } from './message.ts';
import { createSending } from './sending.ts';

interface FileMailerSettings extends SenderSettings {
  /** Made when the first mail is written. */
  readonly folder: string;
}

/**
 * Writes each mail as `<its id>.eml`, which any mail program opens; ids sort by time. Links in mails are keys, so
 * only the server's own user may read the files.
 */
export function createFileMailer({ folder, ...sender }: FileMailerSettings, { log }: { readonly log: Log }): Mailer {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'windows' });
  const sending = createSending();

  return {
    send: (mail, { signal } = {}) =>
      sending.track(async () => {
        const { message } = await transport.sendMail(messageOf(mail, sender));
        signal?.throwIfAborted();
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const path = join(folder, `${mail.id}.eml`);
        await writeWhole(path, message as Buffer);
        log.info(`Mail written to ${path}`);
      }),
    close: () => sending.close(),
  };
}

/** The file appears whole or not at all, also when the process is killed. */
async function writeWhole(path: string, bytes: Buffer): Promise<void> {
  const partial = `${path}.part`;
  try {
    const file = await open(partial, 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}
