/** What the cache tells: pino fits. */
export interface CacheLog {
  debug(text: string): void;
  warn(details: object, text: string): void;
}
