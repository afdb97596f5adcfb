import { DATABASE, ROLE } from './cluster.ts';
import type { Postmaster } from './postmaster.ts';

/** For pg and libpq alike: through the socket, or TCP on Windows. */
export function connectionStringOf(server: Postmaster, password: string, database = DATABASE): string {
  const { socketFolder, port } = server;
  const login = `postgres://${ROLE}:${encodeURIComponent(password)}@`;
  if (socketFolder === '') return `${login}127.0.0.1:${port}/${database}`;
  return `${login}/${database}?host=${encodeURIComponent(socketFolder)}&port=${port}`;
}
