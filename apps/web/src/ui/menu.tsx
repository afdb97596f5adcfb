import type { ReactElement, ReactNode } from 'react';
import { Menu as Base } from '@base-ui/react/menu';
import { Icon, type IconName } from './icons.tsx';
import './dialog.css';

/** A menu behind its button. */
export function Menu({ trigger, children, side = 'bottom', ...opening }: {
  readonly trigger: ReactElement; readonly children: ReactNode; readonly side?: 'bottom' | 'top';
  /** Left out: the menu itself knows. */
  readonly open?: boolean; readonly onOpenChange?: (open: boolean) => void;
}) {
  return (
    <Base.Root modal={false} {...opening}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="menu-positioner" side={side} align="end" sideOffset={4}>
          <Base.Popup className="menu">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

export function MenuItem({ icon, danger = false, onSelect, children }: {
  readonly icon?: IconName; readonly danger?: boolean; readonly onSelect: () => void; readonly children: ReactNode;
}) {
  return (
    <Base.Item className={`menu-item ${danger ? 'danger' : ''}`} onClick={onSelect}>
      {icon !== undefined && <Icon name={icon} size={18} />}
      {children}
    </Base.Item>
  );
}

export const MenuSeparator = () => <Base.Separator className="menu-separator" />;
