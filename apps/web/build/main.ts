/** Builds the app into `dist`: `npm run build`, and whoever needs it built. */
import { buildApp } from './vite.ts';

// Whatever starts this, such as tests: what is built is what people get.
process.env['NODE_ENV'] = 'production';
process.stdout.write(await buildApp());
