import type { ReactNode } from 'react';
import { usePageTitle } from '../../shell/use-page-title.ts';
import './auth.css';

export function AuthPage({ title, lead, children }: { readonly title: string; readonly lead?: string; readonly children: ReactNode }) {
  usePageTitle(title);
  return (
    <div className="page narrow auth">
      <div>
        <h1>{title}</h1>
        {lead !== undefined && <p className="lead">{lead}</p>}
      </div>
      {children}
    </div>
  );
}
