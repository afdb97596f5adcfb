export interface Progress {
  /** What is being done now, which was planned to take `seconds`; what was begun before is done. */
  step(what: string, seconds: number): void;
  /** Takes the bar away. */
  close(): void;
}

interface Deps {
  readonly write: (text: string) => void;
  /** A terminal shows one line that moves; anything else gets a line now and then. */
  readonly tty: boolean;
  /** Monotonic, in ms. */
  readonly now: () => number;
  readonly totalSeconds: number;
}

const BAR_WIDTH = 28;
const REDRAW_MS = 500;

/** Shows how far the bench is and how long it will still take, going by how long the steps so far really took. */
export function createProgress({ write, tty, now, totalSeconds }: Deps): Progress {
  const startedMs = now();
  let doneSeconds = 0;
  let current = { what: '', seconds: 0, startedMs };
  let shownPercent = -Infinity;

  function state(): string {
    const inStep = Math.min(current.seconds, (now() - current.startedMs) / 1000);
    const elapsedMs = now() - startedMs;
    return progressLine({ doneSeconds: doneSeconds + inStep, totalSeconds, elapsedMs, what: current.what });
  }

  const redraw = (): void => write(`\r\u001B[K${state()}`);
  const timer = tty ? setInterval(redraw, REDRAW_MS) : undefined;
  timer?.unref();

  return {
    step(what, seconds) {
      doneSeconds += current.seconds;
      current = { what, seconds, startedMs: now() };
      if (tty) return redraw();
      const percent = (doneSeconds / totalSeconds) * 100;
      if (percent < shownPercent + 5) return;
      shownPercent = percent;
      write(`${state()}\n`);
    },
    close() {
      clearInterval(timer);
      if (tty) write('\r\u001B[K');
    },
  };
}

interface State {
  readonly doneSeconds: number;
  readonly totalSeconds: number;
  readonly elapsedMs: number;
  readonly what: string;
}

export function progressLine({ doneSeconds, totalSeconds, elapsedMs, what }: State): string {
  const part = totalSeconds === 0 ? 1 : Math.min(1, doneSeconds / totalSeconds);
  const filled = Math.round(part * BAR_WIDTH);
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_WIDTH - filled);
  // Early on the plan is all there is to go by; later what the plan's seconds took.
  const pace = doneSeconds < 5 ? 1 : elapsedMs / 1000 / doneSeconds;
  const left = Math.max(0, Math.round((totalSeconds - doneSeconds) * pace));
  return `${bar} ${String(Math.floor(part * 100)).padStart(3)} %  ${duration(left)} left  ${what}`;
}

export const duration = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
