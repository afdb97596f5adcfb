import type { Event, RsvpStatus } from '@watchparty/protocol';
import type { EventRow } from './events.repo.ts';
import { localTime } from './zones.ts';

/** The same for all who may see it. */
export const eventView = (row: EventRow): Event => ({
  id: row.id,
  title: row.title,
  description: row.description,
  startsAt: row.starts_at.toISOString(),
  endsAt: row.ends_at?.toISOString() ?? null,
  startsAtLocal: localTime(row.starts_at.getTime(), row.time_zone),
  endsAtLocal: row.ends_at && localTime(row.ends_at.getTime(), row.time_zone),
  timeZone: row.time_zone,
  location: row.lat === null || row.lng === null ? null : { lat: row.lat, lng: row.lng, address: row.address },
  online: row.online,
  url: row.url,
  roomId: row.room_id,
  opensRoom: row.opens_room,
  capacity: row.capacity,
  goingCount: row.going_count,
  interestedCount: row.interested_count,
  waitlistedCount: row.waitlisted_count,
  visibility: row.visibility,
  ownerId: row.owner_id,
  cancelledAt: row.cancelled_at?.toISOString() ?? null,
  createdAt: row.created_at.toISOString(),
  updatedAt: row.updated_at.toISOString(),
});

/** With what the person who asks has answered. */
export const myEventView = (row: EventRow & { readonly my_status: RsvpStatus | null }): Event =>
  ({ ...eventView(row), myStatus: row.my_status });
