/** The addresses at which the server answers with the app; each is a route of `src/router.tsx`. */
export const pagePaths: readonly string[] = [
  '/', '/login', '/register', '/forgot-password', '/reset-password', '/rooms', '/rooms/new', '/rooms/:id', '/movies', '/profile',
];
