import { fileURLToPath } from 'node:url';

/** A date and a pace that a child process lives by; the test can read the same clock. */
export interface FastClock {
  readonly now: () => number;
  /** The environment of a child that shall live by it. */
  readonly env: NodeJS.ProcessEnv;
}

const CHILD = fileURLToPath(new URL('./fast-clock-child.ts', import.meta.url));

/**
 * @param start what the clock shows now, ISO 8601
 * @param speed simulated ms per real ms; time-outs shrink with it, so that above 10 a busy machine seems broken
 */
export function fastClock(start: string, speed = 1): FastClock {
  const showsMs = Date.parse(start);
  const wallNow = (): number => performance.timeOrigin + performance.now();
  const wallMs = wallNow();
  return {
    now: () => Math.floor(showsMs + (wallNow() - wallMs) * speed),
    env: {
      NODE_OPTIONS: `--import=${CHILD}`,
      HAKARU_TEST_CLOCK: JSON.stringify({ wallMs, showsMs, speed }),
    },
  };
}
