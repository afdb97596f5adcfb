import { useMutation, useMutationState, useQueryClient } from '@tanstack/react-query';
import type { HttpClient } from '@watchparty/client';
import type { Person } from '@watchparty/protocol';
import type { MessageKey } from '../i18n/en.ts';
import { useI18n } from '../i18n/i18n.tsx';
import { useHttp, useTabs } from '../session/context.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { keepFocusNear } from './keep-focus.ts';
import { FRIENDS, PEOPLE } from './keys.ts';

export type FriendAction =
  | { readonly kind: 'ask' | 'remove' | 'block' | 'unblock'; readonly person: Person }
  | { readonly kind: 'accept' | 'reject' | 'cancel'; readonly person: Person; readonly requestId: number };

const DONE: Readonly<Record<FriendAction['kind'], MessageKey>> = {
  ask: 'friends.asked', accept: 'notice.friendAccepted', reject: 'friends.rejected', cancel: 'friends.cancelled',
  remove: 'friends.removed', block: 'friends.blocked', unblock: 'friends.unblocked',
};

function perform({ friends }: HttpClient, action: FriendAction): Promise<unknown> {
  switch (action.kind) {
    case 'ask': return friends.ask(action.person.id);
    case 'remove': return friends.remove(action.person.id);
    case 'block': return friends.block(action.person.id);
    case 'unblock': return friends.unblock(action.person.id);
    default: return friends[action.kind](action.requestId);
  }
}

/**
 * Changes how one stands with somebody. What `usePending` tells is shown at once; when the server does not take it, it is
 * as before, with a word.
 */
export function useFriendAction(): (action: FriendAction) => void {
  const { t } = useI18n();
  const http = useHttp();
  const tabs = useTabs();
  const queries = useQueryClient();
  const toasts = useToasts();
  const refresh = (): Promise<unknown> => Promise.all([FRIENDS, PEOPLE].map((queryKey) => {
    tabs.tell({ type: 'changed', queryKey });
    return queries.invalidateQueries({ queryKey });
  }));
  const { mutate } = useMutation({
    mutationKey: FRIENDS,
    mutationFn: (action: FriendAction) => perform(http, action),
    // Pending until what was fetched anew is there: nothing flickers back in between.
    onSuccess(_done, { kind, person }) {
      toasts.say(t(DONE[kind], { name: person.displayName }));
      return refresh();
    },
    onError(error) {
      toasts.fail(error);
      void refresh();
    },
  });
  return (action) => {
    keepFocusNear();
    mutate(action);
  };
}

/** What was asked of the server and has not come about yet. */
export const usePending = (): readonly FriendAction[] => useMutationState({
  filters: { mutationKey: FRIENDS, status: 'pending' }, select: ({ state }) => state.variables as FriendAction,
});
