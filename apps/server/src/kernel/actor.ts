/** Who asks: a signed-in user, as their session says at this moment. */
export interface Actor {
  readonly userId: number;
  readonly username: string;
  readonly role: 'user' | 'admin';
  /** UUIDv7 of the session that the access token belongs to. */
  readonly sessionId: string;
  /** A guest's: the only room that they may use. */
  readonly guestOf?: number;
}
