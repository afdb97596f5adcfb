import { useCallback, useEffect, useRef } from 'react';

/** Long enough to be looked at. */
const SEEN_AFTER_MS = 600;

/** For each unread notice's element: calls with the ids of those that could be seen for a moment, together. */
export function useSeen(onSeen: (ids: readonly string[]) => void): (element: HTMLElement | null) => (() => void) | undefined {
  const latest = useRef(onSeen);
  useEffect(() => {
    latest.current = onSeen;
  });
  const watch = useRef<ReturnType<typeof createWatch>>(undefined);
  useEffect(() => () => watch.current?.close(), []);

  return useCallback((element) => {
    if (element === null) return undefined;
    watch.current ??= createWatch((ids) => latest.current(ids));
    return watch.current.look(element);
  }, []);
}

function createWatch(onSeen: (ids: readonly string[]) => void) {
  const visible = new Set<Element>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const plan = (): void => {
    clearTimeout(timer);
    if (visible.size > 0 && !document.hidden) timer = setTimeout(tell, SEEN_AFTER_MS);
  };
  function tell(): void {
    const ids = [...visible].flatMap((element) => (element instanceof HTMLElement ? (element.dataset['notice'] ?? []) : []));
    visible.clear();
    onSeen(ids);
  }
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) visible.add(target);
      else visible.delete(target);
    }
    plan();
  }, { threshold: 0.6 });
  document.addEventListener('visibilitychange', plan);

  return {
    look(element: Element) {
      observer.observe(element);
      return () => {
        observer.unobserve(element);
        visible.delete(element);
      };
    },
    close() {
      clearTimeout(timer);
      observer.disconnect();
      document.removeEventListener('visibilitychange', plan);
    },
  };
}
