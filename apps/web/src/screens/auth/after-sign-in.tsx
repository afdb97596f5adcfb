import { useRouter, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useUser } from '../../session/context.tsx';

/** Whoever is signed in, by now or in another tab, goes where they wanted to. */
export function AfterSignIn() {
  const isSignedIn = useUser() !== undefined;
  const router = useRouter();
  const { next } = useSearch({ strict: false });
  useEffect(() => {
    // A whole address, with its query.
    if (isSignedIn) router.history.replace(next ?? '/');
  }, [isSignedIn, router, next]);
  return null;
}
