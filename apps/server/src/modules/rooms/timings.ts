import { type AttendanceTimings, defaultAttendanceTimings } from './attendance-line.ts';
import { defaultWaitSettings } from './waiting.ts';
import type { WatchSettings } from './watch.ts';

/** How long what takes part in live rooms waits for what. */
export interface RoomTimings {
  readonly attendance: AttendanceTimings;
  readonly watch: WatchSettings;
}

export const defaultRoomTimings: RoomTimings = {
  attendance: defaultAttendanceTimings,
  watch: { ...defaultWaitSettings, hostGraceMs: 30_000 },
};
