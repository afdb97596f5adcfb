/** Whoever visits a room, as the others there know them. */
export interface Person {
  readonly userId: number;
  readonly username: string;
  readonly isGuest: boolean;
}
