export { ApiError, type ApiErrorCode, NetworkError } from './api-error.ts';
export type { CallOptions, CreateOptions } from './caller.ts';
export { createHttpClient, type HttpClient, type HttpClientOptions } from './http-client.ts';
export type { MoviesQuery, StreamOptions, UploadOptions } from './movies.ts';
export type { CursorPage, Page, PageQuery } from './page.ts';
export type { Picture } from './pictures.ts';
export type { RoomsQuery } from './rooms.ts';
export { createMemoryTokenStore, type Tokens, type TokenStore } from './tokens.ts';
export type { Film, Progress } from './upload.ts';
