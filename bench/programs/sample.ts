/** A page of ten rooms, as the list of rooms answers it: about 3 kB of JSON. */
export const sample = {
  items: Array.from({ length: 10 }, (_, index) => ({
    id: 1000 - index, name: `Film night ${index}`, description: 'We watch what the last one here has chosen.',
    movieId: 7 * index, ownerId: index + 1, isPrivate: false, hasPassword: false, isActive: true,
    participantCount: 3, maxParticipants: 50,
    createdAt: '2026-01-01T20:15:00.000Z', updatedAt: '2026-01-01T20:15:00.000Z',
  })),
  page: 1, limit: 10, total: 1000,
};
