import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Event, Rsvp, RsvpAnswer } from '@watchparty/protocol';
import { useChanged } from '../../api/use-changed.ts';
import { useHttp, useUser } from '../../session/context.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { foreseen } from './foreseen.ts';

interface Wish {
  /** Undefined: no answer at all any more. */
  readonly status: RsvpAnswer | undefined;
  readonly wantsMail?: boolean;
}

export interface OwnAnswer {
  readonly rsvp: Rsvp | undefined;
  readonly error: unknown;
  readonly retry: () => void;
  readonly busy: boolean;
  readonly answer: (wish: Wish) => void;
}

const REFRESH_MS = 20_000;

/** One's answer to an event: shown at once as it will most likely be, then as the server says, or as it was where it refuses. */
export function useAnswer(event: Event): OwnAnswer {
  const http = useHttp();
  const user = useUser();
  const queries = useQueryClient();
  const changed = useChanged();
  const toasts = useToasts();
  const answerKey = ['events', 'answer', event.id];
  const eventKey = ['events', 'one', event.id];
  const { data, error, refetch } = useQuery({
    queryKey: answerKey, enabled: user !== undefined, refetchInterval: REFRESH_MS, queryFn: ({ signal }) => http.events.myAnswer(event.id, { signal }),
  });

  function show(rsvp: Rsvp): void {
    const { goingCount, interestedCount, waitlistedCount } = rsvp;
    queries.setQueryData(answerKey, rsvp);
    queries.setQueryData<Event>(eventKey, (before) => before && { ...before, goingCount, interestedCount, waitlistedCount });
  }

  const mutation = useMutation({
    mutationFn: ({ status, wantsMail = false }: Wish) =>
      status === undefined ? http.events.withdrawAnswer(event.id) : http.events.answer(event.id, { status, ...(wantsMail && { wantsMail }) }),
    async onMutate({ status }) {
      await queries.cancelQueries({ queryKey: answerKey });
      await queries.cancelQueries({ queryKey: eventKey });
      const before = { rsvp: queries.getQueryData<Rsvp>(answerKey), event: queries.getQueryData<Event>(eventKey) };
      if (before.rsvp !== undefined) show(foreseen(event, before.rsvp, status));
      return before;
    },
    onSuccess: show,
    onError(failure, _wish, before) {
      queries.setQueryData(answerKey, before?.rsvp);
      queries.setQueryData(eventKey, before?.event);
      toasts.fail(failure);
    },
    onSettled: () => changed(['events']),
  });
  return { rsvp: data, error, retry: () => void refetch(), busy: mutation.isPending, answer: mutation.mutate };
}
