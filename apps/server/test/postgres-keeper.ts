/**
 * Keeps the tests' PostgreSQL for as long as the run lives: it says the address on its output and
 * stops the server when its input ends, which also happens when the run is killed.
 */
import { openThrowawayServer } from '../src/db/index.ts';

// Ctrl+C reaches the whole terminal; the end of the input is what counts.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.stdout.on('error', () => {});

const ended = new Promise((resolve) => process.stdin.once('end', resolve).once('error', resolve).resume());
const server = await openThrowawayServer();
process.stdout.write(`${server.connectionString}\n`);
await ended;
await server.close();
