import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { PageTitleContext } from './use-page-title.ts';

const MOST = 99;

export function PageTitleProvider({ children }: { readonly children: ReactNode }) {
  const [title, setTitle] = useState<string>();
  const [count, setCount] = useState(0);
  useEffect(() => {
    const waiting = count === 0 ? '' : `(${count > MOST ? `${MOST}+` : count}) `;
    document.title = `${waiting}${title === undefined ? '' : `${title} · `}WatchParty`;
  }, [title, count]);
  const given = useMemo(() => ({ setTitle, setCount }), []);
  return <PageTitleContext value={given}>{children}</PageTitleContext>;
}
