export { type Authenticate } from './guard.ts';
export { createHttpServer, type HttpServer, type HttpSettings } from './server.ts';
