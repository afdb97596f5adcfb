import { useUser } from '../session/context.tsx';

/** The name of somebody in a room. Their page opens beside it, so that the film goes on; guests have none, and see none. */
export function PersonLink({ userId, username }: { readonly userId: number; readonly username: string }) {
  const user = useUser();
  // No account has a space in its name, and every guest has.
  if (user === undefined || username.includes(' ')) return username;
  return <a className="person-link" href={`/people/${userId}`} target="_blank" rel="noopener">{username}</a>;
}
