import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { Figures } from '@watchparty/protocol';
import { useHttp } from '../../../session/context.tsx';
import { lastAt, learn, since } from './history.ts';

export const POLL_MS = 5000;
export const RANGES = [5, 15, 60] as const;
export type Range = (typeof RANGES)[number];

interface View {
  readonly minutes: Range;
  readonly setMinutes: (minutes: Range) => void;
  /** Undefined: that one which answered first. */
  readonly node: string | undefined;
  readonly setNode: (node: string) => void;
}

const Context = createContext<View | undefined>(undefined);

/** Which time, and which node's, all sections show. */
export function ViewProvider({ children }: { readonly children: ReactNode }) {
  const [minutes, setMinutes] = useState<Range>(15);
  const [node, setNode] = useState<string>();
  const value = useMemo(() => ({ minutes, setMinutes, node, setNode }), [minutes, node]);
  return <Context value={value}>{children}</Context>;
}

export function useView(): View {
  const view = useContext(Context);
  if (view === undefined) throw new Error('There is no ViewProvider');
  return view;
}

const KEY = ['admin', 'figures'];

/** Asked every few seconds, by all sections together, while somebody looks. */
export function useFigures() {
  const http = useHttp();
  const { minutes, node } = useView();
  const { data: nodes = [], error, refetch, isPending } = useQuery({
    queryKey: KEY, refetchInterval: POLL_MS, staleTime: POLL_MS - 500, structuralSharing: false,
    async queryFn({ signal, client }): Promise<readonly Figures[]> {
      const known = client.getQueryData<readonly Figures[]>(KEY) ?? [];
      const asked = known.find((one) => one.node === node) ?? known[0];
      return learn(known, await http.administration.figures(asked === undefined ? {} : { node: asked.node, after: lastAt(asked) }, { signal }));
    },
  });
  const whole = nodes.find((one) => one.node === node) ?? nodes[0];
  const figures = useMemo(() => (whole === undefined ? undefined : since(whole, lastAt(whole) - minutes * 60_000)), [whole, minutes]);
  return { nodes, figures, error, isPending, refetch };
}
