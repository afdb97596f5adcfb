// Writes `.env.example` and `docs/CONFIGURATION.md` from the registry of settings.
import { mkdirSync, writeFileSync } from 'node:fs';
import { renderConfigurationPage, renderEnvExample } from './render-docs.ts';

const root = new URL('../../../../', import.meta.url);
mkdirSync(new URL('docs/', root), { recursive: true });
writeFileSync(new URL('.env.example', root), renderEnvExample());
writeFileSync(new URL('docs/CONFIGURATION.md', root), renderConfigurationPage());
