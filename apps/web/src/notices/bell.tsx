import { useRef, useState, useSyncExternalStore } from 'react';
import type { NoticesState } from '@watchparty/client';
import { useI18n } from '../i18n/i18n.tsx';
import { useLive } from '../live/live.tsx';
import { useTitleCount } from '../shell/use-page-title.ts';
import { Icon } from '../ui/icons.tsx';
import type { NoticesPanel } from './notices-panel.tsx';
import './bell.css';

const NOTHING_YET: NoticesState = { status: 'loading', items: [], unread: 0, hasMore: false };
const MOST = 99;
const nothing = (): void => {};

/** How much is new, and behind it what. The panel is heavy, and comes when a hand or the keyboard comes near. */
export function Bell() {
  const { t } = useI18n();
  const { opened, error } = useLive();
  const feed = opened?.notices;
  const state = useSyncExternalStore(feed?.subscribe ?? never, () => feed?.state ?? NOTHING_YET);
  const { unread } = state;
  useTitleCount(unread);
  const [panel, setPanel] = useState<{ readonly Panel: typeof NoticesPanel }>();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const load = (): void => void import('./notices-panel.tsx').then((part) => setPanel({ Panel: part.NoticesPanel }), nothing);
  const near = panel === undefined ? { onPointerEnter: load, onFocus: load } : {};

  return (
    <>
      <button
        ref={button} type="button" className="icon-button bell" aria-haspopup="dialog" aria-expanded={open} {...near}
        aria-label={unread === 0 ? t('notices.title') : t('notices.bell', { count: unread })}
        onClick={() => {
          if (panel === undefined) load();
          setOpen(!open);
        }}
      >
        <Icon name="bell" />
        {unread > 0 && <span className="count" aria-hidden="true">{unread > MOST ? `${MOST}+` : unread}</span>}
      </button>
      <span className="visually-hidden" role="status">{unread > 0 && t('notices.bell', { count: unread })}</span>
      {panel !== undefined && (
        <panel.Panel
          bell={button} open={open} onOpenChange={setOpen} feed={feed}
          state={error === undefined ? state : { ...state, status: 'failed', error }}
        />
      )}
    </>
  );
}

const never = (): (() => void) => nothing;
