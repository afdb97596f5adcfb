#!/usr/bin/env node
/**
 * The root's npm scripts start with `exec`, so that a POSIX shell gives its place to Node: npm passes SIGTERM
 * to its direct child only, and a shell in between would die and leave the server running as an orphan.
 * Windows' command interpreter has no `exec`; there npm finds this file under that name. A POSIX shell never
 * looks for it, because `exec` is built in.
 */
import { spawn } from 'node:child_process';

const [command = 'node', ...args] = process.argv.slice(2);
const child = spawn(command === 'node' ? process.execPath : command, args, { stdio: 'inherit' });
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  process.stderr.write(`${command}: ${error.message}\n`);
  process.exitCode = 127;
});
child.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
