/** `npm run test:deep`: all that `npm test` does, with the histories at their full length. */
process.env['WATCHPARTY_DEEP'] = '1';
await import('./test.ts');
