export { openEmbedded } from './embedded.ts';
export { openThrowawayServer } from './throwaway.ts';
