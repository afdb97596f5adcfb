import { run } from './run.ts';

/** A program from outside npm that the tests or the bench need. */
export interface Tool {
  readonly name: string;
  /** Who says so when it is missing: the tests if not said. */
  readonly neededBy?: string;
  /** Any of these on PATH will do; the first that is new enough is taken. */
  readonly commands: readonly string[];
  /** What the command is asked for its version with; `--version` unless said. */
  readonly versionOption?: string;
  /** Finds `major.minor` in the answer. */
  readonly version: RegExp;
  /** How that ends where it is all right: 0 if not said. */
  readonly versionExitCode?: number;
  readonly minimum: readonly [major: number, minor: number];
  readonly debianPackage: string;
  /** What a person does where we cannot install it: the end of a sentence. */
  readonly hint: string;
}

export const TOOLS: readonly Tool[] = [
  {
    name: 'Redis server',
    commands: ['redis-server', 'valkey-server'],
    version: /v=(\d+)\.(\d+)/,
    minimum: [7, 0],
    debianPackage: 'redis-server',
    hint: 'install it (Debian, Ubuntu: "apt-get install redis-server"; macOS: "brew install redis"; ' +
      'Windows: use WSL) so that redis-server or valkey-server is on PATH',
  },
  {
    name: 'spin (the model checker)',
    commands: ['spin'],
    versionOption: '-V',
    version: /^Spin Version (\d+)\.(\d+)/,
    minimum: [6, 4],
    debianPackage: 'spin',
    hint: 'install it (Debian, Ubuntu: "apt-get install spin"; macOS: "brew install spin"; Windows: use WSL)',
  },
  {
    name: 'a C compiler (for what spin writes)',
    commands: ['cc'],
    version: /(\d+)\.(\d+)\.\d/,
    minimum: [7, 0],
    debianPackage: 'build-essential',
    hint: 'install one (Debian, Ubuntu: "apt-get install build-essential"; macOS: "xcode-select --install"; ' +
      'Windows: use WSL) so that cc is on PATH',
  },
  {
    name: 'Chromium',
    commands: ['chromium', 'chromium-browser', 'google-chrome'],
    version: /^(?:Chromium|Google Chrome) (\d+)\.(\d+)/m,
    minimum: [120, 0],
    debianPackage: 'chromium',
    hint: 'install it (Debian, Ubuntu: "apt-get install chromium"; macOS: "brew install --cask chromium") ' +
      'so that chromium, chromium-browser or google-chrome is on PATH',
  },
];

export interface Host {
  readonly env: NodeJS.ProcessEnv;
  /** Root on a Debian-like system: apt-get may be used. */
  readonly mayInstall: boolean;
  write(line: string): void;
}

/** A tool is missing and could not be installed; the message is the one line to show. */
export class ToolMissing extends Error {
  override readonly name = 'ToolMissing';
}

/** The command of `tool` that is on PATH and new enough, or why there is none. */
async function probe(tool: Tool, env: NodeJS.ProcessEnv): Promise<{ command: string } | { problem: string }> {
  let problem = 'not found';
  for (const command of tool.commands) {
    const { code, output } = await run(command, [tool.versionOption ?? '--version'], { env });
    const [, major, minor] = tool.version.exec(output) ?? [];
    if (code !== (tool.versionExitCode ?? 0) || major === undefined || minor === undefined) continue;
    const [wantMajor, wantMinor] = tool.minimum;
    if (Number(major) > wantMajor || (Number(major) === wantMajor && Number(minor) >= wantMinor)) return { command };
    problem = `${command} is ${major}.${minor}`;
  }
  return { problem };
}

/** Finds each tool, and installs what is missing where that is allowed. Throws `ToolMissing` for what stays so. */
export async function ensureTools(tools: readonly Tool[], host: Host): Promise<void> {
  for (const tool of tools) {
    const found = await probe(tool, host.env);
    if ('command' in found) continue;
    const needed = tool.neededBy === undefined ? 'The tests need' : `${tool.neededBy} needs`;
    const wanted = `${needed} ${tool.name} ≥ ${tool.minimum.join('.')} (${found.problem})`;
    if (!host.mayInstall) throw new ToolMissing(`${wanted}: ${tool.hint}`);
    host.write(`Installing ${tool.debianPackage} by apt-get …`);
    const failure = await aptInstall(tool.debianPackage, host.env);
    const installed = await probe(tool, host.env);
    if ('command' in installed) continue;
    throw new ToolMissing(`${wanted}, and apt-get did not help (${failure ?? installed.problem}): ${tool.hint}`);
  }
}

/** Returns apt-get's last line when it failed. */
async function aptInstall(name: string, hostEnv: NodeJS.ProcessEnv): Promise<string | undefined> {
  const env = { ...hostEnv, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], { env });
  const { code, output } = await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', name], { env });
  return code === 0 ? undefined : output.trim().split('\n').at(-1);
}
