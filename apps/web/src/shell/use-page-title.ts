import { createContext, useContext, useEffect } from 'react';

export interface PageTitle {
  readonly setTitle: (title: string | undefined) => void;
  /** Shown before the title where it is not 0. */
  readonly setCount: (count: number) => void;
}

export const PageTitleContext = createContext<PageTitle | undefined>(undefined);

export function usePageTitle(title: string | undefined): void {
  const setTitle = useContext(PageTitleContext)?.setTitle;
  useEffect(() => setTitle?.(title), [setTitle, title]);
}

/** How much waits for whoever looks at another tab. */
export function useTitleCount(count: number): void {
  const setCount = useContext(PageTitleContext)?.setCount;
  useEffect(() => {
    setCount?.(count);
    return () => setCount?.(0);
  }, [setCount, count]);
}
