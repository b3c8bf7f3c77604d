import { readdirSync, readFileSync } from 'node:fs';
import { getPriority } from 'node:os';
import { expect, test } from 'vitest';
import { works } from '../support/trouble.ts';
import { eventually } from '../uplink/support/eventually.ts';

interface Thread {
  readonly id: number;
  readonly name: string;
  readonly niceness: number;
}

/** Source: proc_pid_stat(5): the name stands in parentheses and may hold anything, nice is field 19. */
function threadsOf(pid: number): Thread[] {
  return readdirSync(`/proc/${pid}/task`).map((id) => {
    const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8');
    const end = stat.lastIndexOf(')');
    return {
      id: Number(id),
      name: stat.slice(stat.indexOf('(') + 1, end),
      niceness: Number(stat.slice(end + 2).split(' ')[16]),
    };
  });
}

const V8_WORKER = 'V8Worker';

test('the thread that polls goes before the ledger and before V8’s own threads', async (context) => {
  const place = await works(context);
  place.live(Date.now);
  const { child } = await place.run();
  const pid = child.pid ?? 0;
  await eventually(() => place.readings('main').length > 0, 'readings are kept');

  const given = getPriority();
  const behind = Math.min(19, given + 5);
  const threads = threadsOf(pid);
  const niceness = (wanted: (thread: Thread) => boolean) =>
    threads.filter(wanted).map((thread) => thread.niceness);
  expect(niceness(({ id }) => id === pid)).toEqual([given]);
  expect(niceness(({ name }) => name === 'hakaru-gateway')).toEqual([behind]);
  const helpers = niceness(({ name }) => name.startsWith(V8_WORKER));
  expect(helpers.length).toBeGreaterThan(0);
  expect(new Set(helpers)).toEqual(new Set([behind]));
});
