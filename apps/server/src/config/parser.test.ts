import { describe, expect, it } from 'vitest';
import {
  databaseUrl, host, origin, origins, redisNodes, redisUrl, s3Endpoint, s3Region, storageUrl, trustProxy,
} from './addresses.ts';
import {
  boolean, bytes, choice, email, folder, folderOrOff, integer, mailbox, timeZone, type Parser,
} from './parser.ts';

const accepts: [name: string, parser: Parser<unknown>, cases: [text: string, value: unknown][]][] = [
  ['integer', integer(0, 10), [['0', 0], ['10', 10], ['007', 7]]],
  ['choice', choice('open', 'closed'), [['open', 'open'], ['CLOSED', 'closed']]],
  ['boolean', boolean, [['TRUE', true], ['1', true], ['off', false], ['no', false]]],
  ['bytes', bytes, [['1', 1], ['8GiB', 8 * 2 ** 30], ['8 gb', 8e9], ['1.5KiB', 1536], ['20B', 20]]],
  ['timeZone', timeZone, [['UTC', 'UTC'], ['Europe/Berlin', 'Europe/Berlin'], ['Etc/GMT+3', 'Etc/GMT+3']]],
  ['email', email, [['a.b+c@x.org', 'a.b+c@x.org']]],
  ['mailbox', mailbox, [['a@x.org', 'a@x.org'], ['Anna B <a@x.org>', 'Anna B <a@x.org>']]],
  ['folder', folder, [['./a', './a'], ['/a b/c', '/a b/c'], [String.raw`C:\a`, String.raw`C:\a`]]],
  ['folderOrOff', folderOrOff, [['OFF', { kind: 'off' }], ['logs', { kind: 'folder', folder: 'logs' }]]],
  ['host', host, [['localhost', 'localhost'], ['::', '::'], ['[::1]', '::1'], ['my_redis.svc', 'my_redis.svc']]],
  ['databaseUrl', databaseUrl, [
    ['postgres://u:p%40@h:1/d', 'postgres://u:p%40@h:1/d'], ['postgresql:///d?host=/run', 'postgresql:///d?host=/run'],
    ['postgres://u:p@/d?host=/run', 'postgres://u:p@/d?host=/run'],
  ]],
  ['origin', origin, [['HTTPS://A.example:443/', 'https://a.example'], ['http://[::1]:80', 'http://[::1]']]],
  ['origins', origins, [
    ['*', '*'], ['http://a, https://b:1/ ,http://a/', ['http://a', 'https://b:1']],
  ]],
  ['trustProxy', trustProxy, [
    ['true', true], ['no', false], ['0', false], ['1', 1], ['loopback, 10.0.0.0/8,::1', 'loopback,10.0.0.0/8,::1'],
  ]],
  ['storageUrl', storageUrl, [
    ['/films', { kind: 'folder', folder: '/films' }], ['s3://b-2/a/c', { kind: 's3', bucket: 'b-2', prefix: 'a/c' }],
    ['s3://my.bucket', { kind: 's3', bucket: 'my.bucket', prefix: '' }],
    ['s3://b-1/a/', { kind: 's3', bucket: 'b-1', prefix: 'a' }],
  ]],
  ['s3Endpoint', s3Endpoint, [
    ['http://MINIO:9000/', 'http://minio:9000'], ['https://x.example/storage/s3', 'https://x.example/storage/s3'],
  ]],
  ['s3Region', s3Region, [['eu-central-1', 'eu-central-1'], ['auto', 'auto']]],
];

const refuses: [name: string, parser: Parser<unknown>, texts: string[]][] = [
  ['integer', integer(0, 10), ['11', '-1', '-0', '1.0', '1e1', '0x1', 'one', '٣', '99999999999999999999']],
  ['choice', choice('open', 'closed'), ['opened', 'open closed']],
  ['boolean', boolean, ['2', 'truth']],
  ['bytes', bytes, ['0', '0.5', '-1', '8XB', 'GB', '9007199254740993', '99999TiB', '1,5GB']],
  ['timeZone', timeZone, ['Berlin', '+03:00', 'Mars/Base', '3']],
  ['email', email, ['a', 'a@', '@x', 'a b@x', 'a@x\nBcc: b@x', 'a@b@c', '<a@b>']],
  ['mailbox', mailbox, ['Anna', 'A\u0000 <a@x>', 'A <a>', 'A <a@x> B', 'A <<a@x>>']],
  ['folder', folder, ['~', '~/x', 'a\0', 'file:///x']],
  ['host', host, ['http://h', 'h:80', 'a b', 'h/', '-a', 'a..b', '']],
  ['databaseUrl', databaseUrl, ['h', 'mysql://h/d', 'postgres://u:%zz@h/d', 'postgres://h:99999/d']],
  ['redisUrl', redisUrl, ['h:6379', 'http://h', 'redis://', 'redis://h/x', 'redis://h/1/2', 'redis://:%zz@h']],
  ['redisNodes', redisNodes, ['a,', ',', 'a:0', 'a:70000', 'redis://a:1', 'a b:1', '::1', 'rediss://a:1,b:2', 'rediss://']],
  ['origin', origin, ['a.example', 'ftp://a', 'https://a/b', 'https://a?', 'https://u@a', 'null', 'https://*.a', '*']],
  ['origins', origins, ['http://a,', 'http://a;http://b', '*,http://a']],
  ['trustProxy', trustProxy, ['101', 'proxy', '10.0.0.0/33', '10.0.0.0/8/8', '::1/129', '10.0.0.0/', '1.2.3.4,']],
  ['storageUrl', storageUrl, [
    '~', 'http://b', 's3://', 's3://b', 's3://B-1', 's3://k:s@b-1', 's3://b-1/../a', 's3://b-1/a b', 's3://b-1?x', 'a\0',
  ]],
  ['s3Endpoint', s3Endpoint, ['minio:9000', 's3://b', 'http://k:s@minio', 'http://minio?x', 'ftp://a']],
  ['s3Region', s3Region, ['EU', 'eu central', '-a', 'eu/1']],
];

describe('parsers', () => {
  it.each(accepts)('%s accepts', (_name, parser, cases) => {
    expect(cases.map(([text]) => [text, parser.parse(text)])).toEqual(cases);
  });

  it.each(refuses)('%s refuses', (_name, parser, texts) => {
    expect(texts.filter((text) => parser.parse(text) !== undefined)).toEqual([]);
  });
});
