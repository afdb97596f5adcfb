import type { Session } from '@watchparty/protocol';
import { deviceOf } from './device.ts';
import type { OpenSession } from './sessions.ts';

export function sessionView(session: OpenSession, currentId: string): Session {
  const { device, browser, os, ...versions } = deviceOf(session.userAgent);
  return {
    id: session.id, device, browser, os, ip: session.ip,
    createdAt: session.createdAt.toISOString(), lastSeenAt: session.lastSeenAt.toISOString(),
    current: session.id === currentId,
    metadata: {
      userAgent: session.userAgent, ...versions,
      expiresAt: session.expiresAt.toISOString(), authenticatedAt: session.authenticatedAt.toISOString(),
    },
  };
}
