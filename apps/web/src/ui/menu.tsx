import type { ReactElement, ReactNode, RefObject } from 'react';
import { Menu as Base } from '@base-ui/react/menu';
import { Icon, type IconName } from './icons.tsx';
import './dialog.css';

/** A menu behind its button. */
export function Menu({ trigger, children, side = 'bottom' }: { readonly trigger: ReactElement; readonly children: ReactNode; readonly side?: 'bottom' | 'top' }) {
  return (
    <Base.Root modal={false}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner className="menu-positioner" side={side} align="end" sideOffset={4}>
          <Base.Popup className="menu">{children}</Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** An open menu beside a button that is there without it, and opens and closes it by itself. */
export function OpenMenu({ anchor, onClose, label, children }: {
  readonly anchor: RefObject<HTMLElement | null>; readonly onClose: () => void; readonly label: string; readonly children: ReactNode;
}) {
  const isButton = (target: EventTarget | null): boolean => target instanceof Node && anchor.current?.contains(target) === true;
  return (
    <Base.Root
      modal={false} open
      onOpenChange={(open, { event }) => {
        const isPressOfButton = isButton(event.target) || ('relatedTarget' in event && isButton(event.relatedTarget));
        if (!open && !isPressOfButton) onClose();
      }}
    >
      <Base.Portal>
        <Base.Positioner className="menu-positioner" anchor={anchor} side="bottom" align="end" sideOffset={4}>
          <Base.Popup className="menu" aria-label={label} finalFocus={anchor}>{children}</Base.Popup>
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

/** One of several, under what they are called. */
export function MenuChoices<T extends string>({ label, value, options, onChange }: {
  readonly label: string; readonly value: T; readonly options: readonly { readonly value: T; readonly text: string }[];
  readonly onChange: (value: T) => void;
}) {
  return (
    <Base.Group>
      <Base.GroupLabel className="menu-label">{label}</Base.GroupLabel>
      <Base.RadioGroup value={value} onValueChange={(next: T) => onChange(next)}>
        {options.map((option) => (
          <Base.RadioItem key={option.value} value={option.value} className="menu-item" closeOnClick>
            <span className="menu-mark"><Base.RadioItemIndicator><Icon name="check" size={16} /></Base.RadioItemIndicator></span>
            {option.text}
          </Base.RadioItem>
        ))}
      </Base.RadioGroup>
    </Base.Group>
  );
}
