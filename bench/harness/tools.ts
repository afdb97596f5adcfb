import { type Tool, TOOLS } from '../../scripts/tools.ts';

const NEEDED_BY = 'The bench';

export const REDIS: Tool = { ...TOOLS.find(({ name }) => name === 'Redis server')!, neededBy: NEEDED_BY };

export const WRK: Tool = {
  name: 'wrk',
  neededBy: NEEDED_BY,
  commands: ['wrk'],
  version: /^wrk (?:debian\/)?(\d+)\.(\d+)/m,
  versionExitCode: 1,
  minimum: [4, 0],
  debianPackage: 'wrk',
  hint: 'install it (Debian, Ubuntu: "apt-get install wrk"; macOS: "brew install wrk") so that wrk is on PATH',
};
