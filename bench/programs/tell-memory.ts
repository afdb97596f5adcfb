/** Loaded into a server before its own code: collects garbage at SIGUSR2 and writes what is left into BENCH_MEMORY_FILE. */
import { writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.on('SIGUSR2', () => {
  collect();
  collect();
  writeFileSync(process.env['BENCH_MEMORY_FILE']!, `${process.memoryUsage.rss()}\n`);
});
