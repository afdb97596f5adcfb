/** The addresses at which the server answers with the app; each is a route of `src/router.tsx`. */
export const pagePaths: readonly string[] = [
  '/', '/login', '/register', '/forgot-password', '/reset-password', '/rooms', '/rooms/new', '/rooms/:id', '/movies', '/friends', '/people/:id', '/profile',
  '/events', '/events/new', '/events/:id', '/events/:id/edit', '/calendar',
  '/admin', '/admin/jobs', '/admin/cache', '/admin/live', '/admin/limits', '/admin/sessions', '/admin/reports', '/admin/users', '/admin/audit',
];
