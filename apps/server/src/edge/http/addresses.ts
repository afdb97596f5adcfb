import type { FastifyInstance } from 'fastify';
import { Problem } from '../../kernel/problem.ts';

/** Refuses what is wrong with the address itself, before anything of the body is read or anybody's token looked at. */
export function refuseAddresses(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const { raw } = request;
    // `*` is the CORS plugin's route for preflights of addresses that nobody has.
    if (request.is404 || request.routeOptions.url === '*') return done(new Problem('route.not_found'));
    if (raw.headers.host === undefined && raw.httpVersion === '1.1') {
      const detail = 'A Host header is required';
      return done(new Problem('request.invalid', { detail, headers: { connection: 'close' } }));
    }
    if (!isDecodable(request.url)) {
      return done(new Problem('request.invalid', { detail: 'The query is not valid UTF-8' }));
    }
    done();
  });
}

/** The query parser leaves what it cannot decode as it is; a search for `%FF` would then look for those characters. */
function isDecodable(url: string): boolean {
  const start = url.indexOf('?');
  if (start === -1 || !url.includes('%', start)) return true;
  try {
    decodeURIComponent(url.slice(start));
    return true;
  } catch {
    return false;
  }
}
