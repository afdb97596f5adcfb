/** Known attacks, each under a name for the title of its test. */
type Named<T> = readonly (readonly [name: string, given: T])[];

/** What interpreters of all kinds take for more than text. */
export const TEXTS: Named<string> = [
  ['SQL that ends a string', "x'); drop table users; --"],
  ['SQL that is always true', "' or '1'='1' /*"],
  ['SQL that waits', "'; select pg_sleep(20); --"],
  ['a union', "' union select password_hash from users --"],
  ['a dollar-quoted string', '$$; drop schema public cascade; $$'],
  ['a pattern of LIKE', '%_%\\%'],
  ['a query for a document store', '{"$ne": null}'],
  ['a where clause in JavaScript', "'; return true; var x='"],
  ['a template expression', '{{7*7}}${7*7}<%= 7*7 %>#{7*7}'],
  ['a template that finds constructors', "{{constructor.constructor('return process')()}}"],
  ['a lookup of a logger', '${jndi:ldap://127.0.0.1/a}'],
  ['a script element', '<script>alert(1)</script>'],
  ['an event handler', '"><img src=x onerror=alert(1)>'],
  ['an entity', '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'],
  ['a shell command', '; cat /etc/passwd | nc 127.0.0.1 1 & `id` $(id)'],
  ['a format', '%s%s%n%d%x{0}{1}'],
  ['a formula of spreadsheets', "=cmd|' /C calc'!A0"],
  ['a path', '../../../../etc/passwd'],
  ['directions of writing', '\u202Egnp.exe\u2066x\u2069'],
  ['letters that look like others', 'аdmin\u200B\u00AD'],
  ['letters that grow in upper case', 'ﬃßŉΐ'],
  ['marks without end', `Z${'\u0351'.repeat(60)}`],
  ['a key of Redis', 'cache:room:1\\r\\nFLUSHALL'],
];

/** What patterns with a weakness need minutes or years for; short enough for a header. */
export const SLOW_TEXTS: Named<string> = [
  ['a long word with a wrong end', `${'a'.repeat(6000)}!`],
  ['many addresses in one', 'a@'.repeat(3000)],
  ['an address of many labels', `a@${'a.'.repeat(3000)}`],
  ['spaces', `${' '.repeat(6000)}x`],
  ['many ranges', `bytes=${'0-0,'.repeat(1500)}`],
  ['many values', '"a",'.repeat(1500)],
  ['open brackets', '('.repeat(6000)],
  ['a browser of many names', `Mozilla/5.0 ${'(Linux; '.repeat(700)}`],
  ['many digits', '1'.repeat(6000)],
  ['many slashes', `https://${'/'.repeat(5000)}x`],
  ['many cookies', 'a=b; '.repeat(1200)],
  ['many dots', '.'.repeat(6000)],
];

/** As they stand on the wire, for clients make them harmless. */
export const PATHS = [
  '/../../../../etc/passwd', '/uploads/../../../../etc/passwd', '/uploads/..%2f..%2f..%2fetc%2fpasswd', '/uploads/..%5c..%5cwin.ini',
  '/uploads/%2e%2e/%2e%2e/etc/passwd', '/uploads/....//....//etc/passwd', '/uploads/%c0%ae%c0%ae/etc/passwd', '/uploads/x.png%00.html',
  '/uploads/%252e%252e%252fetc%252fpasswd', '/.git/config', '/.env', '/api/../.env', '//etc/passwd', '/data/jwt-secret', '/package.json',
  '/style.css/../../../package.json', '/admin/queues/static/../../../../../../etc/passwd', '/admin/queues/%2e%2e%2f%2e%2e%2fpackage.json',
  '/api/docs/..%2f..%2fpackage.json', '/uploads/', '/api/', '/index.html/', '/api/movies/1/stream/../../../.env', '/uploads/CON', '/~root',
];

/** Messages whose end two readers could see in different places, and other noise. */
const SMUGGLED = 'GET /api/health HTTP/1.1\r\nHost: x\r\n\r\n';
const post = (headers: string, body: string): string =>
  `POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;
export const MESSAGES: Named<string> = [
  ['a length beside chunks', post('Content-Length: 5\r\nTransfer-Encoding: chunked', `0\r\n\r\n${SMUGGLED}`)],
  ['chunks beside a length', post('Transfer-Encoding: chunked\r\nContent-Length: 60', `0\r\n\r\n${SMUGGLED}`)],
  ['two lengths', post('Content-Length: 2\r\nContent-Length: 40', `{}${SMUGGLED}`)],
  ['two lengths in one', post('Content-Length: 2, 40', `{}${SMUGGLED}`)],
  ['a signed length', post('Content-Length: +2', `{}${SMUGGLED}`)],
  ['a negative length', post('Content-Length: -1', SMUGGLED)],
  ['a length in another base', post('Content-Length: 0x2', `{}${SMUGGLED}`)],
  ['a length beyond numbers', post('Content-Length: 99999999999999999999999', '{}')],
  ['an unknown transfer coding', post('Transfer-Encoding: xchunked', `0\r\n\r\n${SMUGGLED}`)],
  ['chunks that are not last', post('Transfer-Encoding: chunked, identity', `0\r\n\r\n${SMUGGLED}`)],
  ['a space before the colon', post('Transfer-Encoding : chunked', `0\r\n\r\n${SMUGGLED}`)],
  ['a folded header', post('X-Folded: a\r\n Transfer-Encoding: chunked', `0\r\n\r\n${SMUGGLED}`)],
  ['a chunk size beyond numbers', post('Transfer-Encoding: chunked', `fffffffffffffffff\r\n{}\r\n0\r\n\r\n${SMUGGLED}`)],
  ['a chunk size that is none', post('Transfer-Encoding: chunked', `-2\r\n{}\r\n0\r\n\r\n${SMUGGLED}`)],
  ['NUL in a header', `GET /api/health HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n`],
  ['a bare CR in a header', `GET /api/health HTTP/1.1\r\nHost: x\r\nX-A: a\rSet-Cookie: evil=1\r\n\r\n`],
  ['a header without a name', `GET /api/health HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n`],
  ['a header of control characters', `GET /api/health HTTP/1.1\r\nHost: x\r\nUser-Agent: \u001b[31m\u0007\u0001\r\n\r\n`],
  ['no host', `GET /api/health HTTP/1.1\r\n\r\n`],
  ['a version that is none', `GET /api/health HTTP/9.9\r\nHost: x\r\n\r\n`],
  ['the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['a greeting of TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
  ['a command of Redis', '*1\r\n$8\r\nFLUSHALL\r\n'],
  ['a tunnel', 'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\n\r\n'],
  ['TRACE', 'TRACE /api/health HTTP/1.1\r\nHost: x\r\nCookie: secret=1\r\n\r\n'],
  ['a method that is none', 'JEFF /api/health HTTP/1.1\r\nHost: x\r\n\r\n'],
  ['a header of 100 kB', `GET /api/health HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(100_000)}\r\n\r\n`],
  ['ten thousand headers', `GET /api/health HTTP/1.1\r\nHost: x\r\n${'X-A: a\r\n'.repeat(10_000)}\r\n`],
];

/** Where films could be said to be; `PORT` is one at which somebody counts who comes. */
export const LINKS: Named<string> = [
  ['this machine', 'http://127.0.0.1:PORT/a.mp4'],
  ['this machine by name', 'http://localhost:PORT/a.mp4'],
  ['this machine in IPv6', 'http://[::1]:PORT/a.mp4'],
  ['this machine as a number', 'http://2130706433:PORT/a.mp4'],
  ['this machine behind a name and password', 'http://example.org@127.0.0.1:PORT/a.m3u8'],
  ['the metadata service of clouds', 'http://169.254.169.254/latest/meta-data/a.mp4'],
  ['a file', 'file:///etc/passwd.mp4'],
  ['a script', 'javascript:alert(1)//.mp4'],
  ['data', 'data:text/html,<script>alert(1)</script>.mp4'],
  ['a gopher', 'gopher://127.0.0.1:PORT/_FLUSHALL.mp4'],
];
