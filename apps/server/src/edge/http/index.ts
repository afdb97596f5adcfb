export type { Card, Cards } from './cards.ts';
export type { Limiters } from './limits.ts';
export { createHttpServer, type HttpServer, type HttpSettings } from './server.ts';
export { createWebApp, type WebApp } from './web-app.ts';
