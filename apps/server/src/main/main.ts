import { inspect, parseArgs } from 'node:util';
import { type Config, describeConfig, loadConfigFromProcess } from '../config/index.ts';
import { StartError } from '../kernel/start-error.ts';
import { type App, compose } from './compose.ts';
import { createDemo } from './demo/index.ts';
import { createLog } from './log.ts';
import { openWeb, type Web } from './web.ts';

/** How long a shutdown may take before the process ends all the same. */
const SHUTDOWN_TIMEOUT_MS = 30_000;
/** One Ctrl+C arrives more than once: from the terminal, and from npm, which passes it on. */
const SAME_KEYPRESS_MS = 1000;

await main().catch((error: unknown) => {
  const text = error instanceof StartError ? error.message : `WatchParty could not start: ${inspect(error)}`;
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
});

async function main(): Promise<void> {
  const startedAt = performance.now();
  const { demo, rebuild } = readArguments();
  const config = loadConfigFromProcess();
  // Undefined where there is no terminal, whatever the types say.
  const tty = process.stdout.isTTY ?? false;
  const { log, close: closeLog } = createLog(config.log, { tty });
  const progress = (line: string): void => {
    if (tty) process.stdout.write(`${line}\n`);
    else log.info({ module: 'main' }, line);
  };

  let starting: Promise<App> | undefined;
  let stopping: Promise<void> | undefined;
  async function stop(reason: string, exitCode: number): Promise<void> {
    log.info({ module: 'main' }, `Stopping: ${reason}`);
    setTimeout(() => process.exit(exitCode || 1), SHUTDOWN_TIMEOUT_MS).unref();
    // A start under way is let through first, so that nothing it has begun is left half open.
    const app = await starting?.catch(() => undefined);
    await app?.close();
    log.info({ module: 'main' }, 'Stopped');
    await closeLog();
    process.exit(exitCode);
  }
  let stopAskedAt = 0;
  const stopOnce = (reason: string, exitCode: number): void => {
    const now = performance.now();
    if (stopping === undefined) {
      stopAskedAt = now;
      stopping = stop(reason, exitCode);
    } else if (now - stopAskedAt > SAME_KEYPRESS_MS) {
      // A second Ctrl+C means: now. The next start repairs what that leaves.
      process.exit(130);
    }
  };
  process.on('SIGINT', () => stopOnce('SIGINT', 0));
  process.on('SIGTERM', () => stopOnce('SIGTERM', 0));
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      log.fatal({ module: 'main', err: error }, `An error nobody caught (${event}); stopping`);
      if (stopping === undefined) stopOnce(event, 1);
    });
  }

  for (const warning of config.warnings) log.warn({ module: 'config' }, warning);
  log.debug({ module: 'config', config: describeConfig(config) }, 'Configuration');
  starting = config.role === 'worker' ? start() : openWeb({ rebuild, progress }).then(start);
  function start(web?: Web): Promise<App> {
    return compose(config, { log, progress, web, onLost: () => stopOnce('another node took over the database', 1) });
  }
  const app = await starting.catch(async (error: unknown) => {
    await closeLog();
    throw error;
  });
  if (stopping !== undefined) return;
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
  announce(app, config, seconds, (line) => log.info({ module: 'main' }, line));
  const setupLink = await app.accounts.openSetupLink(app.write);
  if (setupLink !== undefined) log.info({ module: 'accounts' }, `Open this link once to become the admin: ${setupLink}`);
  if (demo) for (const line of await createDemo(app, config)) log.info({ module: 'demo' }, line);
}

function announce(app: App, config: Config, seconds: string, say: (line: string) => void): void {
  if (app.http === undefined) return say(`WatchParty works (role ${config.role}), ready in ${seconds} s`);
  say(`WatchParty is ready in ${seconds} s: ${app.http.url} (API reference: ${app.http.url}/api/docs)`);
}

function readArguments(): { demo: boolean; rebuild: boolean } {
  try {
    const flag = { type: 'boolean', default: false } as const;
    const { values } = parseArgs({ options: { demo: flag, rebuild: flag }, strict: true });
    return { demo: values.demo, rebuild: values.rebuild };
  } catch (error) {
    throw new StartError(`${(error as Error).message}. Known: --demo, --rebuild`);
  }
}
