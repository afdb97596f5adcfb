import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { build } from 'vite';
import { builtApp } from './built.ts';
import { drawIcons } from './icons.ts';
import { writeServiceWorker } from './service-worker.ts';
import { sourcesStamp, webFolder } from './sources.ts';

/** Below this, headers weigh more than what compressing saves. */
const SMALL_BYTES = 1024;

/**
 * Builds beside and puts the result in its place when it is whole, so that nobody ever reads half of it. Answers a table
 * of what was made, with the weight of each file as it travels.
 */
export async function buildApp(): Promise<string> {
  const stamp = sourcesStamp();
  const folder = `${builtApp}-${process.pid}`;
  const before = `${folder}-before`;
  try {
    await build({
      root: webFolder, configFile: join(webFolder, 'vite.config.ts'), logLevel: 'warn', clearScreen: false,
      build: { outDir: folder, emptyOutDir: true },
    });
    await drawIcons(folder);
    writeServiceWorker(folder);
    const lines = await compressAll(folder);
    writeFileSync(join(folder, 'sources.txt'), stamp);
    if (existsSync(builtApp)) renameSync(builtApp, before);
    renameSync(folder, builtApp);
    return lines.join('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
    rmSync(before, { recursive: true, force: true });
  }
}

async function compressAll(folder: string): Promise<string[]> {
  const paths = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => /\.(?:html|js|css|svg|webmanifest)$/.test(path));
  return Promise.all(paths.toSorted().map(async (path) => {
    const file = join(folder, path);
    const content = readFileSync(file);
    const name = relative(folder, file).split(sep).join('/');
    if (content.length < SMALL_BYTES) return line(name, content.length, content.length);
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
    const [brotli, gzipped] = await Promise.all([promisify(brotliCompress)(content, quality), promisify(gzip)(content, { level: 9 })]);
    writeFileSync(`${file}.br`, brotli);
    writeFileSync(`${file}.gz`, gzipped);
    return line(name, content.length, brotli.length);
  }));
}

const line = (name: string, bytes: number, sentBytes: number): string =>
  `${name.padEnd(48)} ${kilobytes(bytes)} kB ${kilobytes(sentBytes)} kB brotli\n`;
const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1).padStart(8);
