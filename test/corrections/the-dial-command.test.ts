/** `hakaru dial` and `hakaru exchange` of a channel that the gateway counts, as processes, with no gateway running. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { instant } from '../../gateway/domain/time.ts';
import { rememberSite } from '../../gateway/stages/site-facts.ts';
import { openStore } from '../../gateway/store/store.ts';
import { at, decimal, HOUR, MINUTE, openLedger, reading, specWith } from '../ledger/support/ledger.ts';
import { hakaru } from '../support/cli.ts';

const START = at('2026-07-01T09:00:00+09:00');

it('dial readings and a replaced gas meter reach the ledger, by figures with their unit', async ({
  onTestFinished,
}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'hakaru-dial-'));
  onTestFinished(() => rmSync(dataDir, { recursive: true }));
  const spec = specWith({
    meter: 'gas',
    channel: 'gas-volume',
    unit: 'm3',
    keptBy: 'gateway',
    scale: { unitsPerCount: decimal('1') },
  });
  const store = openStore(dataDir);
  const ledger = openLedger({ startMs: instant(START), spec, store });
  ledger.feed(Array.from({ length: 120 }, (_, i) => reading(START + i * MINUTE, i)));
  ledger.close(START + 4 * HOUR);
  const site = { site: 's', siteName: 'S', gateway: 'g', timezone: 'Asia/Tokyo', gridArea: 'tokyo' } as const;
  rememberSite(store, { ...site, ruleSetChoice: null, specs: [spec] });
  store.close();

  const say = (...words: string[]) => hakaru(...words, '--data', dataDir, '--by', 'sato');
  expect((await say('dial', 'gas', '--at', '2026-07-01T09:00', '--reading', '５００ｍ３')).code).toBe(0);
  const slip = ['--old-final', '560m3', '--new-start', '3m3'];
  const done = await say('exchange', 'gas', '--at', '2026-07-01T10:00', ...slip);
  expect(done).toMatchObject({ code: 0, stdout: expect.stringContaining('the new one 3 m3') });
  const fell = await say('dial', 'gas', '--at', '2026-07-01T11:00', '--reading', '1 m3', '--lang', 'ja');
  expect(fell).toMatchObject({ code: 1, stderr: expect.stringContaining('dial-fell') });
  expect(await say('dial', 'gas', '--at', '2026-07-01T11:00', '--reading', 'many')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('amount-unreadable'),
  });
  const later = openStore(dataDir);
  expect(later.dials.all(1)).toMatchObject([{ nextMicro: null }, { nextMicro: 3_000_000n }]);
  expect(later.corrections.all().map(({ kind, by }) => `${kind} ${by}`)).toEqual([
    'dial sato',
    'exchange sato',
  ]);
  later.close();
});
