import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useRef, useState } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { problemText } from '../i18n/problem-text.ts';
import { IconButton } from './button.tsx';
import './toasts.css';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'done' | 'loss';
}

export interface Toasts {
  readonly say: (text: string) => void;
  /** Something that was tried did not work. */
  readonly fail: (error: unknown) => void;
}

const Context = createContext<Toasts | undefined>(undefined);
const SHOWN_MS = 6000;
const MOST = 3;

/** Short news at the edge of the screen; read out to those who do not see it. */
export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const i18n = useI18n();
  const { t } = i18n;
  const spoken = useRef(i18n);
  useEffect(() => {
    spoken.current = i18n;
  });
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const next = useRef(0);
  const timers = useRef(new Set<ReturnType<typeof setTimeout>>());

  useEffect(() => {
    const all = timers.current;
    return () => {
      for (const timer of all) clearTimeout(timer);
    };
  }, []);

  const remove = useCallback((id: number) => setToasts((shown) => shown.filter((toast) => toast.id !== id)), []);
  const show = useCallback((text: string, kind: Toast['kind']) => {
    const id = next.current;
    next.current += 1;
    setToasts((shown) => [...shown.filter((toast) => toast.text !== text), { id, text, kind }].slice(-MOST));
    const timer = setTimeout(() => {
      timers.current.delete(timer);
      remove(id);
    }, SHOWN_MS);
    timers.current.add(timer);
  }, [remove]);

  const value = useMemo<Toasts>(() => ({
    say: (text) => show(text, 'done'),
    fail: (error) => show(problemText(error, spoken.current, spoken.current.locale).text, 'loss'),
  }), [show]);

  return (
    <Context value={value}>
      {children}
      <div className="toasts" role="status" aria-live="polite">
        {toasts.map(({ id, text, kind }) => (
          <div key={id} className={`toast ${kind}`}>
            <p>{text}</p>
            <IconButton icon="close" size={16} label={t('common.close')} onClick={() => remove(id)} />
          </div>
        ))}
      </div>
    </Context>
  );
}

export function useToasts(): Toasts {
  const toasts = useContext(Context);
  if (toasts === undefined) throw new Error('There is no ToastProvider');
  return toasts;
}
