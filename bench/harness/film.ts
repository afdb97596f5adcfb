import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Context } from './bench.ts';

/** H.264 and AAC as people upload them: 25 frames a second, a key frame every two seconds. */
export async function makeFilm({ folder }: Pick<Context, 'folder'>, seconds: number): Promise<string> {
  const file = join(folder, 'film.mp4');
  await promisify(execFile)('ffmpeg', [
    '-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=25:duration=${seconds}`,
    '-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`,
    '-c:v', 'libx264', '-preset', 'ultrafast', '-g', '50', '-pix_fmt', 'yuv420p', '-c:a', 'aac', '-b:a', '64k',
    '-movflags', '+faststart', file,
  ]);
  return file;
}
