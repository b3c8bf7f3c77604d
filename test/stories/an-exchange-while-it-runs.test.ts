/**
 * The electrician's visit, with real processes: a meter is replaced while `hakaru run` reads it. The ledger asks, a
 * person answers at the command line, and the running gateway takes it; then the same with no gateway running.
 */
import { expect, test } from 'vitest';
import { works } from '../support/trouble.ts';
import type { Works } from '../support/works.ts';
import { eventually } from '../uplink/support/eventually.ts';

const MICRO_PER_WH = 1_000n;

interface Listed {
  readonly questions: readonly { readonly id: string; readonly look: string }[];
  readonly trail: readonly { readonly kind: string; readonly by: string }[];
}

async function asked(place: Works, ...flags: string[]): Promise<Listed> {
  const { code, stdout, stderr } = await place.command([
    'questions',
    '--data',
    place.dataDir,
    '--json',
    ...flags,
  ]);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Listed;
}

function passed(place: Works): bigint | null {
  return place.look((store) => store.corrections.all().at(-1)?.passedMicro ?? null);
}

test('a meter is replaced under a running gateway: asked, declared, replaced by a better answer, and kept', {
  timeout: 120_000,
}, async (context) => {
  const place = await works(context);
  const where = ['--config', place.sitePath, '--data', place.dataDir];
  const running = await place.run();
  await eventually(() => place.readings('main').length > 2, 'the old meter is read');
  const { energy } = place.factory.devices.main;
  const atMs = Date.now();
  const final = energy.count(atMs);
  energy.exchange(12n, atMs);
  await eventually(
    () => place.look((store) => store.eras.of(1).length === 2),
    () => running.printed(),
    20_000,
  );
  const { questions } = await asked(place);
  expect(questions).toMatchObject([{ id: '1-2', look: 'fall' }]);

  const kWh = (wh: bigint) => (Number(wh) / 1_000).toFixed(3);
  const exchange = (oldFinal: bigint, ...more: string[]) =>
    place.command([
      'exchange',
      'main',
      '--at',
      new Date(atMs).toISOString(),
      '--old-final',
      kWh(oldFinal),
      '--new-start',
      '0.012',
      '--serial',
      'N-2',
      ...where,
      ...more,
    ]);
  const absurd = await exchange(final - 1_000_000n);
  expect(absurd).toMatchObject({ code: 1, stderr: expect.stringContaining('exchange-final-below') });
  const done = await exchange(final, '--by', 'tanaka');
  expect(done, done.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('is in force') });
  const around = place.look((store) => store.corrections.all()[0]);
  expect(around).toMatchObject({
    by: 'tanaka',
    kind: 'exchange',
    serial: 'N-2',
    finalMicro: final * MICRO_PER_WH,
  });
  expect(passed(place)).toBe(
    final * MICRO_PER_WH - (around?.fromMicro ?? 0n) + (around?.toMicro ?? 0n) - 12_000n,
  );

  const again = await exchange(final, '--by', 'tanaka', '--lang', 'ja');
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('変更はありません') });
  expect((await asked(place)).questions).toEqual([]);

  running.child.kill('SIGTERM');
  expect((await running.finished).code).toBe(0);
  // The slip is read again, with nobody at the meters: the same command, by the command's own hand.
  const better = await place.command(['answer', '1-2', 'ignore', ...where]);
  expect(better, better.stderr).toMatchObject({ code: 0 });
  expect(passed(place)).toBe(0n);
  const { trail } = await asked(place, '--trail');
  expect(trail.map(({ kind }) => kind)).toEqual(['exchange', 'ignore']);
  const events = place.look((store) =>
    store.outbox.waiting(0, 10_000).map(({ payload }) => (JSON.parse(payload) as { kind?: string }).kind),
  );
  expect(events.filter((kind) => kind === 'correction-applied').length).toBeGreaterThan(0);
  expect(await place.command(['answer', '1-2', 'exchange', ...where])).toMatchObject({ code: 2 });
});
