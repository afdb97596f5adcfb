/** Something was admitted at some moment between these two. */
export interface Admission {
  readonly askedMs: number;
  readonly answeredMs: number;
}

/** How many were admitted within one window, wherever it lies: only those that lie in it for certain. */
export function mostInAnyWindow(admitted: readonly Admission[], windowMs: number): number {
  const within = (fromMs: number) => ({ askedMs, answeredMs }: Admission) =>
    askedMs >= fromMs && answeredMs <= fromMs + windowMs;
  return Math.max(0, ...admitted.map((first) => admitted.filter(within(first.askedMs)).length));
}
