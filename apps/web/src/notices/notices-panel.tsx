import { type RefObject, useSyncExternalStore } from 'react';
import { Popover } from '@base-ui/react/popover';
import type { NoticeFeed, NoticesState } from '@watchparty/client';
import { useI18n } from '../i18n/i18n.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { NoticeList } from './notice-list.tsx';
import './notices.css';

interface Props {
  readonly bell: RefObject<HTMLButtonElement | null>;
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  /** Undefined: it is on its way, or could not be loaded. */
  readonly feed: NoticeFeed | undefined;
  readonly state: NoticesState;
}

/** Under the bell; where there is no room beside it, a sheet. */
export function NoticesPanel({ bell, open, onOpenChange, feed, state }: Props) {
  const { t } = useI18n();
  const narrow = useSyncExternalStore(watchWidth, () => NARROW.matches);
  const given = { feed, state, onGo: () => onOpenChange(false) };
  if (narrow) return <Dialog open={open} onClose={() => onOpenChange(false)} title={t('notices.title')}><NoticeList {...given} /></Dialog>;
  return (
    <Popover.Root
      open={open}
      onOpenChange={(next, { event }) => {
        // The bell closes it by itself.
        if (event.target instanceof Node && bell.current?.contains(event.target) === true && event.type !== 'keydown') return;
        onOpenChange(next);
      }}
    >
      <Popover.Portal>
        <Popover.Positioner className="menu-positioner" anchor={bell} side="bottom" align="end" sideOffset={8} collisionPadding={8}>
          <Popover.Popup className="notices" finalFocus={bell}>
            <NoticeList {...given} heading={<Popover.Title className="notice-heading">{t('notices.title')}</Popover.Title>} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  );
}

const NARROW = matchMedia('(max-width: 560px)');

function watchWidth(changed: () => void): () => void {
  NARROW.addEventListener('change', changed);
  return () => NARROW.removeEventListener('change', changed);
}
