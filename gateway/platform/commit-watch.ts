/** How long the disk keeps the gateway waiting: the time between the points at which the store tells of its commits. */
type Point =
  | 'before-commit'
  | 'inside-transaction'
  | 'after-commit'
  | 'before-checkpoint'
  | 'after-checkpoint';

/**
 * @param took told how long each commit and each checkpoint took, ms
 * @returns a probe for the store; it hands everything on to `inner`
 */
export function commitWatch<Rest extends unknown[]>(deps: {
  readonly monotonicMs: () => number;
  readonly took: (ms: number) => void;
  readonly inner?: ((point: Point, ...rest: Rest) => void) | undefined;
}): (point: Point, ...rest: Rest) => void {
  let sinceMs = 0;
  return (point, ...rest) => {
    deps.inner?.(point, ...rest);
    if (point === 'inside-transaction' || point === 'before-checkpoint') sinceMs = deps.monotonicMs();
    if (point === 'after-commit' || point === 'after-checkpoint') deps.took(deps.monotonicMs() - sinceMs);
  };
}
