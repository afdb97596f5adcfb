import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { type MailServerOptions, smtpRefusal, startMailServer } from '../../test/smtp.ts';
import { aMail, describeMailer, SENDER } from './contract-suite.ts';
import { type Mailer, MailRefused } from './mailer.ts';
import { createSmtpMailer, defaultSmtpTimeouts, type SmtpTimeouts } from './smtp-mailer.ts';

type Settings = Parameters<typeof createSmtpMailer>[0]['server'];

function mailerFor(port: number, given: Partial<Settings> = {}, timeouts: Partial<SmtpTimeouts> = {}): Mailer {
  const mailer = createSmtpMailer({
    ...SENDER,
    server: { host: '127.0.0.1', port, secure: false, login: { kind: 'none' }, ...given },
    timeouts: { ...defaultSmtpTimeouts, ...timeouts },
  });
  onTestFinished(() => mailer.close());
  return mailer;
}

async function serve(options: MailServerOptions = {}) {
  const server = await startMailServer(options);
  onTestFinished(() => server.close());
  return server;
}

/** A server that says what it is told to, line by line, and no more. */
async function serveRaw(onConnection: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}));
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return (server.address() as AddressInfo).port;
}

describeMailer('SMTP', async () => {
  const server = await serve();
  return { mailer: mailerFor(server.port), received: async () => server.received.map(({ raw }) => raw) };
});

test('[ML2] The envelope names one recipient', async () => {
  const server = await serve();
  await mailerFor(server.port).send(aMail({ to: 'Ann@Example.org', subject: 'Hi\r\nTo: eve@example.org' }));
  expect(server.received.map(({ from, to }) => [from, to])).toEqual([['no-reply@watchparty.test', ['Ann@example.org']]]);
});

test('[ML5] 5xx to the recipient or to the mail is final, 4xx is not', async () => {
  const port = (answers: MailServerOptions) => serve(answers).then((server) => mailerFor(server.port));
  const recipient = (code: number) => port({ onRcptTo: (_address, _session, done) => done(smtpRefusal(code, 'No such user here')) });
  const mail = (code: number) => port({ beforeAnswer: () => { throw smtpRefusal(code, 'We do not like this'); } });
  await expect((await recipient(550)).send(aMail())).rejects.toThrow(MailRefused);
  await expect((await mail(554)).send(aMail())).rejects.toThrow(MailRefused);
  for (const passing of [await recipient(451), await mail(452)]) {
    await expect(passing.send(aMail())).rejects.toSatisfy((error) => error instanceof Error && !(error instanceof MailRefused));
  }
});

test('[ML5] 5xx to the sender or to the sign-in is not the mail’s fault', async () => {
  const sender = await serve({ onMailFrom: (_address, _session, done) => done(smtpRefusal(550, 'Not your domain')) });
  const signIn = await serve({ authOptional: false, onAuth: (_auth, _session, done) => done(smtpRefusal(535, 'Bad credentials')) });
  const login = { kind: 'password', user: 'u', password: 'wrong' } as const;
  for (const mailer of [mailerFor(sender.port), mailerFor(signIn.port, { login })]) {
    const error = await mailer.send(aMail()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(MailRefused);
    expect(String(error)).not.toContain('wrong');
  }
});

test('[ML5] Without a server sending fails, and works as soon as there is one', async () => {
  const server = await startMailServer();
  await server.close();
  const mailer = mailerFor(server.port);
  await expect(mailer.send(aMail())).rejects.toThrow('ECONNREFUSED');
  const back = await serve({ port: server.port });
  await mailer.send(aMail());
  expect(back.received).toHaveLength(1);
});

test('[ML5] One refused mail does not disturb those that follow on its connection', async () => {
  const server = await serve({ onRcptTo: ({ address }, _session, done) => done(address.startsWith('no') ? smtpRefusal(550, 'No') : null) });
  const mailer = mailerFor(server.port);
  const outcomes = await Promise.allSettled(
    Array.from({ length: 30 }, (_, index) => mailer.send(aMail({ to: `${index % 3 === 0 ? 'no' : 'yes'}${index}@example.org` }))));
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
  expect(server.received).toHaveLength(20);
});

test.each([
  ['says nothing', () => {}, { greetingMs: 100 }],
  ['stops in the middle', (socket: Socket) => void socket.write('220 hello\r\n'), { silenceMs: 100 }],
  ['dribbles for ever', (socket: Socket) => {
    socket.write('220 hello\r\n');
    const timer = setInterval(() => socket.write('250-x\r\n'), 10);
    socket.on('close', () => clearInterval(timer));
  }, { mailMs: 200 }],
  ['hangs up', (socket: Socket) => void socket.end(), {}],
])('[ML5] [ML6] A server that %s is given up', async (_name, onConnection, timeouts) => {
  const mailer = mailerFor(await serveRaw(onConnection), {}, timeouts);
  await expect(mailer.send(aMail())).rejects.toSatisfy((error) => error instanceof Error && !(error instanceof MailRefused));
});

test('[ML6] An aborted mail ends at once, with the reason', async () => {
  const asked = Promise.withResolvers<void>();
  const mailer = mailerFor(await serveRaw((socket) => (socket.write('220 hello\r\n'), socket.once('data', () => asked.resolve()))));
  const stop = new AbortController();
  const sent = mailer.send(aMail(), { signal: stop.signal });
  await asked.promise;
  stop.abort(new Error('stopped'));
  await expect(sent).rejects.toThrow('stopped');
});

test('[ML8] A failure says what the server said, without the address', async () => {
  const server = await serve({ onRcptTo: ({ address }, _session, done) => done(smtpRefusal(550, `<${address}> is unknown here`)) });
  const error = await mailerFor(server.port).send(aMail()).catch((thrown: Error) => thrown);
  expect(String(error)).toContain('550 <a***@example.org> is unknown here');
  expect(JSON.stringify([error, { ...(error as object) }, (error as Error).stack, (error as Error).cause])).not.toContain('ann@');
});

/** A certificate for 127.0.0.1 that nobody but us trusts. */
let tls: { readonly key: string; readonly cert: string };
beforeAll(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watchparty-tls-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  await promisify(execFile)('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj', '/CN=mail.test',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert,
  ]);
  tls = { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') };
  await rm(folder, { recursive: true });
});

test.each([
  ['from the first byte', { secure: true }],
  ['by STARTTLS where it is offered', { secure: false }],
])('[ML7] TLS %s, with the password, to a server whose certificate is trusted', async (_name, { secure }) => {
  const passwords: (string | null | undefined)[] = [];
  const server = await serve({
    ...tls, secure, startTls: !secure, authOptional: false,
    onAuth: ({ password, username }, _session, done) => (passwords.push(password), done(null, { user: username })),
  });
  const login = { kind: 'password', user: 'u', password: 'right' } as const;
  await mailerFor(server.port, { secure, login, ca: tls.cert }).send(aMail());
  expect(server.received.map((mail) => mail.secure)).toEqual([true]);
  expect(passwords).toEqual(['right']);
  await expect(mailerFor(server.port, { secure, login }).send(aMail())).rejects.toThrow(/certificate/i);
  expect(passwords).toEqual(['right']);
});

test('[ML7] A password is not sent in the clear to another machine', async () => {
  const asked: string[] = [];
  const server = await serve({ authOptional: false, onAuth: ({ username }, _session, done) => (asked.push(username!), done(null, { user: 1 })) });
  const login = { kind: 'password', user: 'u', password: 'p' } as const;
  // The same server by a name that is not this machine's own.
  await expect(mailerFor(server.port, { host: '::ffff:127.0.0.1', login }).send(aMail())).rejects.toThrow('STARTTLS');
  await mailerFor(server.port, { login }).send(aMail());
  expect(asked).toEqual(['u']);
});
