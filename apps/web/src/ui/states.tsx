import type { ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';
import './problem.css';

/** Nothing here yet: one sentence and the one next step. */
export function Empty({ icon, text, children }: { readonly icon: IconName; readonly text: string; readonly children?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} size={32} />
      <p>{text}</p>
      {children}
    </div>
  );
}

/** A box of the true size, shown when loading takes longer than a blink. */
export const Skeleton = ({ width, height, className = '' }: { readonly width?: string; readonly height: string; readonly className?: string }) => (
  <div className={`skeleton ${className}`} style={{ width, height }} aria-hidden="true" />
);
