/** docs/wiring.md is what an electrician has in hand: each of its sentences is what the program prints. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadSite } from '../../config/load-site.ts';
import { questions } from '../../gateway/commands/questions.ts';
import { read } from '../../gateway/commands/read.ts';
import type { StatusView } from '../../gateway/dashboard/views.ts';
import type { Language } from '../../gateway/domain/faults.ts';
import { HINT_TEXTS } from '../../gateway/domain/validation/hint-texts.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { createLog } from '../../gateway/platform/log.ts';
import { pollHere } from '../../gateway/polling.ts';
import { createSteppedClock } from '../support/stepped-clock.ts';
import { MISTAKES, type Mistake, RIGHT } from './mistakes.ts';

const NOON = Date.parse('2026-07-01T12:00:00+09:00');
const DOC = readFileSync(new URL('../../docs/wiring.md', import.meta.url), 'utf8');

interface Row {
  readonly id: string;
  readonly code: string;
  readonly en: string;
  readonly ja: string;
}

/** `| <a id="…"></a> … | code | sentence<br>文 | what to do |` */
const ROWS: readonly Row[] = DOC.split('\n').flatMap((line) => {
  const [, id] = /^\| <a id="([a-z-]+)"><\/a>/.exec(line) ?? [];
  if (id === undefined) return [];
  const [, code = '', said = ''] = line.split(' | ');
  const [en = '', ja = ''] = said.split('<br>');
  return [{ id, code: code.replaceAll('`', ''), en, ja }];
});

async function wired<T>(
  mistake: Mistake,
  work: (sitePath: string, folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-wiring-'));
  const { line, close } = await mistake.wire();
  const sitePath = join(folder, 'site.yaml');
  const site = `site: { id: works, gridArea: kyushu }
gateway: { id: gw1 }
clock: { trust: manual }
lines: { wire: ${line} }
meters: { press: { line: wire, ${mistake.meter} } }
dashboard: { host: 127.0.0.1, port: 0 }
`;
  writeFileSync(sitePath, site);
  try {
    return await work(sitePath, folder);
  } finally {
    await close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function printed(sitePath: string, language: Language): Promise<string> {
  let text = '';
  const out = (line: string): void => void (text += `${line}\n`);
  await read({ language, out, say: out }, 'press', { config: sitePath });
  return text;
}

/** A meter is given a little more or less time with each try. */
const timeless = (text: string): string => text.replace(/\d+ ms/, 'so many ms');

/** `hakaru questions` */
function listed(folder: string): string {
  let text = '';
  const out = (line: string): void => void (text += `${line}\n`);
  questions({ language: 'en', out, say: out }, { data: join(folder, 'data') });
  return text;
}

/** What the wire tells is shown at once, what the figures tell after five minutes; s. */
const LONG_ENOUGH = [0, 5, 150, 330];

/** The page after some rounds, each at its second. */
async function page(sitePath: string, folder: string, rounds: readonly number[]): Promise<StatusView> {
  const clock = createSteppedClock(NOON);
  writeFileSync(join(folder, 'index.html'), '<!doctype html>');
  const gateway = await createGateway({
    site: loadSite(sitePath).site,
    dataDir: join(folder, 'data'),
    clock,
    log: createLog({ level: 'silent' }),
    polling: pollHere({ clock }),
    webRoot: folder,
  });
  try {
    for (const second of rounds) {
      clock.stepTo(NOON + second * 1_000);
      await gateway.playRound();
    }
    const response = await fetch(`${gateway.url}/api/v1/status`);
    return (await response.json()) as StatusView;
  } finally {
    await gateway.stop();
  }
}

describe('docs/wiring.md', () => {
  it('has a row for each mistake that is made here', () => {
    expect(ROWS.map(({ id }) => id).toSorted()).toEqual(Object.keys(MISTAKES).toSorted());
    expect(ROWS.length).toBeGreaterThanOrEqual(10);
  });

  it.each(ROWS)(
    'says of $id what `hakaru read` prints and the page shows',
    { timeout: 20_000 },
    async (row) => {
      const mistake = MISTAKES[row.id] ?? expect.fail(`no mistake ${row.id}`);
      await wired(mistake, async (sitePath, folder) => {
        expect(await printed(sitePath, 'en')).toContain(`${row.code}: ${row.en}`);
        expect(await printed(sitePath, 'ja')).toContain(`${row.code}: ${row.ja}`);
        const { meters } = await page(sitePath, folder, row.code in HINT_TEXTS ? LONG_ENOUGH : [0]);
        const shown = [meters[0]?.fault ?? [], meters[0]?.hints ?? []].flat();
        const said = shown.map(({ code, en, ja }) => ({ code, en: timeless(en), ja: timeless(ja) }));
        expect(said).toContainEqual({ code: row.code, en: timeless(row.en), ja: timeless(row.ja) });
        if (row.code in HINT_TEXTS)
          expect(listed(folder)).toContain(`press (2026-07-01T12:00:05+09:00): ${row.en}`);
      });
    },
  );
});

it('a meter that is wired as it should be: no word about the wiring', async () => {
  await wired(RIGHT, async (sitePath, folder) => {
    expect(await printed(sitePath, 'en')).not.toContain('Wiring?');
    expect((await page(sitePath, folder, LONG_ENOUGH)).meters[0]).toMatchObject({ hints: [], fault: null });
  });
});
