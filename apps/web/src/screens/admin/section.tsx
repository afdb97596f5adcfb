import type { ReactNode } from 'react';
import type { Figures } from '@watchparty/protocol';
import { Problem } from '../../ui/problem.tsx';
import { Empty, Skeleton } from '../../ui/states.tsx';
import { lastAt } from './figures/history.ts';
import { type Range, RANGES, useFigures, useView } from './figures/use-figures.tsx';
import { useText } from './i18n/use-text.ts';

/** The head of a section; `timed` ones choose which time they show. */
export function Section({ title, lead, actions, timed = false, children }: {
  readonly title: string; readonly lead?: string; readonly actions?: ReactNode; readonly timed?: boolean; readonly children: ReactNode;
}) {
  return (
    <section className="admin-section">
      <div className="admin-head">
        <div>
          <h1>{title}</h1>
          {lead !== undefined && <p className="faint">{lead}</p>}
        </div>
        <div className="row">{timed && <RangeChoice />}{actions}</div>
      </div>
      {children}
    </section>
  );
}

function RangeChoice() {
  const { t } = useText();
  const { minutes, setMinutes } = useView();
  return (
    <div className="range" role="group" aria-label={t('admin.range')}>
      {RANGES.map((range: Range) => (
        <button key={range} type="button" className="range-button" aria-pressed={range === minutes} onClick={() => setMinutes(range)}>
          {t('admin.minutes', { count: range })}
        </button>
      ))}
    </div>
  );
}

/** What rests on the figures of a node: while they are on the way, when they do not come, before there are any. */
export function WithFigures({ children }: { readonly children: (figures: Figures) => ReactNode }) {
  const { t, clockTime } = useText();
  const { figures, error, refetch } = useFigures();
  if (figures === undefined) {
    return error === null ? <FigureSkeleton /> : <Problem error={error} title={t('admin.cannotLoad')} onRetry={() => void refetch()} />;
  }
  const stale = error !== null && figures.at.length > 0;
  return (
    <>
      <div role="status">{stale && <p className="admin-stale">{t('admin.stale', { time: clockTime(new Date(lastAt(figures)).toISOString()) })}</p>}</div>
      {figures.at.length === 0 ? <Empty icon="settings" text={t('admin.collecting')} /> : children(figures)}
      <NodeLine figures={figures} />
    </>
  );
}

function NodeLine({ figures }: { readonly figures: Figures }) {
  const { t, exactly } = useText();
  const { nodes } = useFigures();
  const { setNode } = useView();
  return (
    <p className="admin-node small faint">
      {nodes.length > 1
        ? (
          <label>
            {t('admin.node')}{' '}
            <select className="control" value={figures.node} onChange={({ target }) => setNode(target.value)}>
              {nodes.map(({ node, host }) => <option key={node} value={node}>{host} · {node.slice(0, 8)}</option>)}
            </select>
          </label>
        )
        : <>{t('admin.node')} </>}
      {t('admin.ofNode', { host: figures.host, time: exactly(figures.startedAt) })}
      {' · '}<code>{figures.node.slice(0, 8)}</code>
    </p>
  );
}

const FigureSkeleton = () => (
  <div className="stats" aria-busy="true">
    {Array.from({ length: 4 }, (_, nth) => <Skeleton key={nth} height="104px" />)}
  </div>
);
