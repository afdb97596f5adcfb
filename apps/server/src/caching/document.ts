// Writes `docs/CACHE.md` from what the modules declare.
import { writeFileSync } from 'node:fs';
import { cachePolicies } from '../main/policies.ts';
import { renderCachePage } from './render-docs.ts';

writeFileSync(new URL('../../../../docs/CACHE.md', import.meta.url), renderCachePage(cachePolicies));
