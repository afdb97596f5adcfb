import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useTabs } from '../session/context.tsx';

/** Answers a function that makes lists and details be asked for anew, here and in the other tabs. */
export function useChanged(): (...queryKeys: readonly (readonly unknown[])[]) => void {
  const queries = useQueryClient();
  const tabs = useTabs();
  return useCallback((...queryKeys) => {
    for (const queryKey of queryKeys) {
      void queries.invalidateQueries({ queryKey });
      tabs.tell({ type: 'changed', queryKey });
    }
  }, [queries, tabs]);
}
