import { fileURLToPath } from 'node:url';

const path = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

export const ROOT = path('../../');
export const RESULTS = path('../results/');
export const WATCHPARTY = path('../../apps/server/src/main/main.ts');
/** Programs and servers of the bench, by their names. */
export const programFile = (name: string): string => path(`../programs/${name}.ts`);
export const serverFile = (name: string): string => path(`../servers/${name}.ts`);
