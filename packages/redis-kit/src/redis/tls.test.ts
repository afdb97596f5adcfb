import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startCluster } from '../../test/redis-cluster.ts';
import { startRedis, type TestRedis } from '../../test/redis.ts';

const run = promisify(execFile);
let secure: (tlsPort: number) => string[];
let folder: string;
let certificate: string;
let redis: TestRedis;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'redis-kit-tls-'));
  certificate = join(folder, 'certificate.pem');
  const key = join(folder, 'key.pem');
  await run('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2', '-subj', '/CN=redis of a test',
    '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', certificate,
  ]);
  port = await freePort();
  // A Redis built without TLS does not start with these, and says why.
  secure = (tlsPort) => [
    '--tls-port', `${tlsPort}`, '--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no',
  ];
  redis = await startRedis(secure(port));
});
afterAll(async () => {
  await redis?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port: free } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return free;
}

/** What a process of its own finds, for whom Node trusts is settled when it starts. */
async function find(env: Readonly<Record<string, string>>, settings: object): Promise<unknown> {
  const program = `
    const { openRedis } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)});
    const connection = openRedis({ kind: 'standalone', host: '127.0.0.1', db: 0, timeoutMs: 2000, ...${JSON.stringify(settings)} });
    const tried = new Promise((resolve) => {
      connection.onChange((status) => status === 'connected' && resolve());
      connection.client.on('error', resolve);
    });
    const error = await tried;
    const answer = await connection.client.set('film', 'Night Train').catch(() => 'refused');
    console.log(JSON.stringify([connection.status(), answer, error?.code ?? null]));
    await connection.close();`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    env: { PATH: process.env['PATH'], ...env }, timeout: 15_000,
  });
  return JSON.parse(stdout);
}

test('Over TLS, with a certificate of one’s own that Node is told to trust', async () => {
  expect(await find({ NODE_EXTRA_CA_CERTS: certificate }, { port, tls: true })).toEqual(['connected', 'OK', null]);
});

test('A certificate that nobody vouches for is not accepted', async () => {
  expect(await find({}, { port, tls: true })).toEqual(['disconnected', 'refused', expect.stringMatching(/SELF_SIGNED|UNABLE_TO_VERIFY/)]);
});

test('TLS towards a port that does not speak it is no connection either', async () => {
  const [status, answer] = (await find({}, { port: Number(new URL(redis.url).port), tls: true })) as [string, string];
  expect([status, answer]).toEqual(['disconnected', 'refused']);
});

test('A cluster over TLS: every node is found, and asked over TLS', { timeout: 60_000 }, async () => {
  const ports = [await freePort(), await freePort(), await freePort()];
  const cluster = await startCluster((nth) => [...secure(ports[nth]!), '--tls-cluster', 'yes']);
  onTestFinished(() => cluster.stop());
  const settings = { kind: 'cluster', nodes: [{ host: '127.0.0.1', port: ports[1] }], tls: true };
  expect(await find({ NODE_EXTRA_CA_CERTS: certificate }, settings)).toEqual(['connected', 'OK', null]);
});

test('A process that closes its connections ends by itself, whether there is a Redis or not', async () => {
  for (const to of [Number(new URL(redis.url).port), await freePort()]) {
    const program = `
      const { openRedis } = await import(${JSON.stringify(new URL('index.ts', import.meta.url).href)});
      const settings = { kind: 'standalone', host: '127.0.0.1', port: ${to}, db: 0, tls: false, timeoutMs: 2000 };
      const all = ['request', 'worker', 'subscriber'].map((profile) => openRedis(settings, { profile }));
      await new Promise((resolve) => setTimeout(resolve, 200));
      await Promise.all(all.map((connection) => connection.close()));`;
    const ended = run(process.execPath, ['--input-type=module', '--eval', program], { env: { PATH: process.env['PATH'] }, timeout: 15_000 });
    await expect(ended).resolves.toMatchObject({ stderr: '' });
  }
});
