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

export const CHROMIUM: Tool = { ...TOOLS.find(({ name }) => name === 'Chromium')!, neededBy: NEEDED_BY };

export const FFMPEG: Tool = {
  name: 'FFmpeg',
  neededBy: NEEDED_BY,
  commands: ['ffmpeg'],
  versionOption: '-version',
  version: /^ffmpeg version n?(\d+)\.(\d+)/m,
  minimum: [4, 0],
  debianPackage: 'ffmpeg',
  hint: 'install it (Debian, Ubuntu: "apt-get install ffmpeg"; macOS: "brew install ffmpeg") so that ffmpeg is on PATH',
};
