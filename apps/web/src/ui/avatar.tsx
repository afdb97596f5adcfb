import type { ProfilePicture } from '@watchparty/protocol';
import './avatar.css';

const TONES = 6;

/** A face, or the first letter of a name where there is no picture. Silent: the name stands beside it. */
export function Avatar({ id, name, picture, size = 32, className = '' }: {
  readonly id: number; readonly name: string; readonly picture?: ProfilePicture | null; readonly size?: number; readonly className?: string;
}) {
  return (
    <span className={`avatar tone-${id % TONES} ${className}`} style={{ width: size, height: size, fontSize: Math.round(size * 0.42) }} aria-hidden="true">
      {picture == null ? (Array.from(name)[0] ?? '?').toUpperCase() : <img src={size > 64 ? picture.medium : picture.thumbnail} alt="" width={size} height={size} />}
    </span>
  );
}
