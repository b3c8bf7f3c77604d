/**
 * A gateway that was killed leaves its gpiomon behind: it holds the lines until it writes into the broken pipe, which
 * may be at the next pulse in an hour. Each one carries the process id of its gateway in its environment; where that
 * is no longer its parent, the gateway is gone. Only processes that this program began are ever ended.
 */
import { readdirSync, readFileSync } from 'node:fs';

/** In the environment of each gpiomon: the process id of its gateway. */
export const PARENT_VARIABLE = 'HAKARU_PULSE_PARENT';

function parentOf(pid: string): number | null {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  // The name in parentheses may hold anything; behind it come the state and the parent.
  const found = /^ \S (\d+)/.exec(stat.slice(stat.lastIndexOf(')') + 1))?.[1];
  return found === undefined ? null : Number(found);
}

function isOrphan(pid: string): boolean {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'latin1');
    const own = new RegExp(`(?:^|\\0)${PARENT_VARIABLE}=(\\d+)(?:\\0|$)`).exec(environment)?.[1];
    return own !== undefined && parentOf(pid) !== Number(own);
  } catch {
    // It has ended meanwhile, or belongs to somebody else.
    return false;
  }
}

/** Ends what dead gateways left. @returns the process ids */
export function endOrphans(): number[] {
  let pids: string[];
  try {
    pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
  return pids.filter(isOrphan).flatMap((pid) => {
    try {
      process.kill(Number(pid), 'SIGKILL');
      return [Number(pid)];
    } catch {
      return [];
    }
  });
}
