import { Link, type LinkProps } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Sparkline } from './chart/sparkline.tsx';
import type { Values } from './figures/series.ts';

/** One number, large, with its shape over time beside it. `act`: a person should do something about it. */
export function Stat({ label, value, hint, values, act = false, to }: {
  readonly label: string; readonly value: string; readonly hint?: ReactNode; readonly values?: Values; readonly act?: boolean; readonly to?: LinkProps['to'];
}) {
  return (
    <div className={`stat ${act ? 'act' : ''}`}>
      <p className="stat-label">{to === undefined ? label : <Link to={to}>{label}</Link>}</p>
      <div className="stat-row">
        <p className="stat-value tabular">{value}</p>
        {values !== undefined && <Sparkline values={values} />}
      </div>
      {hint !== undefined && <p className="stat-hint">{hint}</p>}
    </div>
  );
}

/** How much of a whole falls to each, the most first. */
export function Bars({ title, counts, none }: { readonly title: string; readonly counts: readonly (readonly [label: string, count: number])[]; readonly none: string }) {
  const most = Math.max(1, ...counts.map(([, count]) => count));
  return (
    <div className="panel">
      <h2 className="bars-title">{title}</h2>
      {counts.length === 0 && <p className="faint">{none}</p>}
      <ul className="bars">
        {counts.toSorted(([, a], [, b]) => b - a).map(([label, count]) => (
          <li key={label}>
            <span>{label}</span>
            <strong className="tabular">{count}</strong>
            <progress value={count} max={most} aria-hidden="true" />
          </li>
        ))}
      </ul>
    </div>
  );
}
