export { playlistPolicies } from './playlist.cache.ts';
export { playlistRoutes } from './playlist.http.ts';
export { playlistLive } from './playlist.live.ts';
export { createPlaylists, type Playlists } from './playlist.ts';
export { createPlaylistWatch } from './watch.ts';
