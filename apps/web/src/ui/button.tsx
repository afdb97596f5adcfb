import { Link, type LinkProps } from '@tanstack/react-router';
import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';
import './button.css';

type Look = 'primary' | 'plain' | 'quiet' | 'danger';

interface Common {
  readonly look?: Look;
  readonly icon?: IconName;
}

interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, Common {
  /** Under way: not to be pressed again, and said so. */
  readonly busy?: boolean;
}

export function Button({ look = 'plain', icon, busy = false, disabled, className = '', children, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      // Still there for who is on it with the keyboard while it works.
      type={type} className={`button ${look} ${className}`} aria-disabled={busy || undefined} aria-busy={busy || undefined} disabled={disabled}
      {...rest} {...(busy && { onClick: (event) => event.preventDefault() })}
    >
      {busy ? <span className="spinner" aria-hidden="true" /> : icon !== undefined && <Icon name={icon} size={18} />}
      {children}
    </button>
  );
}

interface IconButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  readonly icon: IconName;
  /** What screen readers say, and the pointer shows. */
  readonly label: string;
  readonly size?: number;
}

export function IconButton({ icon, label, size, className = '', type = 'button', ...rest }: IconButtonProps) {
  return (
    <button type={type} className={`icon-button ${className}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} {...(size !== undefined && { size })} />
    </button>
  );
}

export function LinkButton({ look = 'plain', icon, children, ...rest }: LinkProps & Common & { readonly children?: ReactNode }) {
  return (
    <Link className={`button ${look}`} {...rest}>
      {icon !== undefined && <Icon name={icon} size={18} />}
      {children}
    </Link>
  );
}
