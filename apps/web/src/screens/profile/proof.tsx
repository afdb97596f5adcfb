import { type ReactNode, useState } from 'react';
import { needsProof, Prove } from '../../session/prove.tsx';

interface Proof {
  /** Asks who it is, if that was the reason of the refusal, and then calls; answers whether it was. */
  readonly asks: (problem: unknown, onProven: () => void) => boolean;
  readonly isAsking: boolean;
  readonly dialog: ReactNode;
}

/** For what the server does only for those who have proven within the last minutes that it is them. */
export function useProof(): Proof {
  const [waiting, setWaiting] = useState<{ readonly onProven: () => void }>();
  return {
    asks(problem, onProven) {
      if (!needsProof(problem)) return false;
      setWaiting({ onProven });
      return true;
    },
    isAsking: waiting !== undefined,
    dialog: waiting !== undefined && (
      <Prove
        onClose={() => setWaiting(undefined)}
        onProven={() => {
          setWaiting(undefined);
          waiting.onProven();
        }}
      />
    ),
  };
}
