import { Navigate, useRouter } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { OwnProfile } from '@watchparty/protocol';
import { useUser } from '../session/context.tsx';

/** Sends strangers to sign in, and back here afterwards. */
export function RequireUser({ children }: { readonly children: (user: OwnProfile) => ReactNode }) {
  const user = useUser();
  return user === undefined ? <ToSignIn /> : children(user);
}

function ToSignIn() {
  const router = useRouter();
  // Once: while the page for signing in is on its way, the address is that page's already.
  const [next] = useState(() => router.state.location.href);
  return <Navigate to="/login" search={{ next }} replace />;
}
