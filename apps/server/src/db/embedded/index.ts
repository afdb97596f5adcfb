export { openEmbedded } from './embedded.ts';
