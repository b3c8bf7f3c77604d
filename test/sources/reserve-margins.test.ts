/** OCCTO's reserve margins: stored and shown in any encoding; they decide nothing unless the site file says by what rule. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import iconv from 'iconv-lite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadOcctoMargins } from '../../config/margins.ts';
import type { CoefficientSourcesConfig } from '../../config/types.ts';
import { prepare } from '../../gateway/domain/coefficients/decide.ts';
import { jstHourStart } from '../../gateway/domain/coefficients/jst.ts';
import { aboutText } from '../../gateway/domain/faults.ts';
import type { MarginRule } from '../../gateway/domain/margins/tight.ts';
import { sha256Of } from '../../gateway/stages/receive-documents.ts';
import { SETTLED_MS } from '../../gateway/uplink/coefficients/folder-source.ts';
import { type CoefficientServer, startCoefficientServer } from '../../simulators/coefficient-server.ts';
import { MARGIN_HEADER, marginCsv } from '../../simulators/occto-margins.ts';
import { documentText, openDesk } from './support/desk.ts';

const PATH = '/kks-web-public/download/downloadCsv';
let server: CoefficientServer;
beforeAll(async () => {
  server = await startCoefficientServer();
});
afterEach(() => server.faults.set(null));
afterAll(() => server.close());

const publication = loadOcctoMargins().publications.get('day-before');
if (!publication) throw new Error('day-before is not there');
const RULE: MarginRule = { publication, belowTenThousandths: 50_000 };

/** 4.82 % in the half-hour until 18:30, 8 % and more in the others. */
const TIGHT = (slot: number): string => (slot === 36 ? '4.82' : `${8 + (slot % 3)}.10`);
const AMPLE = (slot: number): string => `${8 + (slot % 3)}.10`;

function deskWith(
  tightDays: MarginRule | null,
  now = '2026-11-04T18:30:00+09:00',
  more: (folder: string) => Partial<CoefficientSourcesConfig> = () => ({}),
) {
  const url = `${server.httpUrl(PATH)}?jhSybt=02&tgtYmdFrom={from}&tgtYmdTo={to}`;
  const asked = { schedule: '30 18 * * *', spreadMs: 0, caFile: null, timeoutMs: 5_000, maxBytes: 1_000_000 };
  const desk = openDesk({
    now,
    sources: (folder) => ({ occto: { ...asked, url, tightDays }, ...more(folder) }),
  });
  const at = (time: string) => desk.clock.stepTo(Date.parse(time));
  const classOf = (date: string, hour: number): string => {
    const documents = desk.store.documents.inForce('kyushu');
    const { class: name, confirmed } = prepare({ ...desk.rules, documents }).coefficientOf(
      jstHourStart(date, hour),
    );
    return `${name}${confirmed ? '' : ' unconfirmed'}`;
  };
  const bring = (text: string) => {
    const bytes = Buffer.from(text);
    desk.intake.applyByHand(bytes, 'by hand', sha256Of(bytes));
  };
  return { ...desk, at, classOf, bring };
}

function serve(percent: (slot: number) => string, encoding: 'utf8' | 'shift_jis' | 'bom' = 'utf8'): void {
  const text = marginCsv([
    { area: 'kyushu', date: '2026-11-05', percent },
    { area: 'tokyo', date: '2026-11-05', percent: () => '1.00' },
  ]);
  const bytes =
    encoding === 'shift_jis'
      ? iconv.encode(text, 'shift_jis')
      : Buffer.from(encoding === 'bom' ? `\uFEFF${text}` : text);
  server.put(PATH, bytes, 'text/csv');
}

describe('stored and shown', () => {
  it.each(['utf8', 'bom', 'shift_jis'] as const)('in %s', async (encoding) => {
    const desk = deskWith(null);
    serve(TIGHT, encoding);
    await desk.intake.download();
    desk.turn();
    expect(server.requests.at(-1)?.query).toBe('?jhSybt=02&tgtYmdFrom=2026/11/04&tgtYmdTo=2026/11/05');
    expect(desk.last()).toMatchObject({
      kind: 'occto',
      outcome: 'stored',
      says: 'reserve margins 2026-11-05 to 2026-11-05',
    });
    expect(desk.store.received.bytesOf(desk.last()?.id ?? 0)?.byteLength).toBe(desk.last()?.size);
    expect(desk.store.margins.within('kyushu', '2026-11-01', '2026-11-30')).toMatchObject([
      { date: '2026-11-05', slots: 48, lowestTenThousandths: 48_200, lowestEndMinute: 18 * 60 + 30 },
    ]);
    expect(desk.inForce()).toEqual([]);
    expect(desk.classOf('2026-11-05', 12)).toBe('normal unconfirmed');
    expect(desk.events()).toEqual([]);
  });

  it('and even with a document for the day nothing follows without the switch', async () => {
    const desk = deskWith(null);
    desk.bring(documentText());
    serve(TIGHT);
    await desk.intake.download();
    desk.turn();
    expect(desk.inForce()).toEqual(['kyushu-2026-11 2']);
    expect(desk.classOf('2026-11-05', 12)).toBe('normal');
  });

  it('refused whole where the layout is another one, with the place', async () => {
    const good = marginCsv([{ area: 'kyushu', date: '2026-11-05', percent: AMPLE }]);
    const cases: readonly (readonly [string, RegExp])[] = [
      [good.replace(MARGIN_HEADER[7], '予備率'), /line 1, column 1: the column 広域予備率\(%\) is missing/],
      [good.replace('"00:30"', '"00:15"'), /line 2, column 14: 時刻 is "00:15"/],
      [good.replace('"00:30"', '"00:00"'), /line 2, column 14: 時刻 is "00:00"/],
      [good.replace('"01:00"', '"00:30"'), /line 3, column 14: this half-hour of this area is listed twice/],
      [good.replace('"九州"', '"九洲"'), /line 2, column 26: エリア名 is "九洲"/],
      [good.replace('"8.10"', '"8,10"'), /line 2, column \d+: 広域予備率\(%\) is "8,10"/],
      [good.replace('2026/11/05', '2026/02/30'), /line 2, column 1: 対象年月日 is "2026\/02\/30"/],
      [good.replace('"600"\r\n', '"600","1"\r\n'), /line 2, column \d+: 13 fields, and the header has 12/],
      [good.split('\r\n')[0] ?? '', /line 2, column 1: there is no line under the header/],
    ];
    const desk = deskWith(null);
    const before = desk.everything();
    for (const [text, sentence] of cases) {
      server.put(PATH, text, 'text/csv');
      await desk.intake.download();
      const problem = desk.last()?.fault;
      expect(problem && `${aboutText(problem, 'where')}: ${aboutText(problem, 'reason')}`).toMatch(sentence);
      desk.clock.stepTo(desk.clock.now() + 1_000);
    }
    expect(desk.everything()).toBe(before);
  });
});

describe('with the switch that names publication and threshold', () => {
  it('the day is tight on top of what is announced, and curtailment hours keep theirs', async () => {
    const desk = deskWith(RULE);
    desk.bring(documentText({ curtailmentDays: ['2026-11-05'] }));
    serve(TIGHT);
    await desk.intake.download();
    expect(desk.inForce()).toEqual(['kyushu-2026-11 2', 'derived-tight-2026-11-05 1']);
    expect(desk.classOf('2026-11-05', 7)).toBe('tight');
    expect(desk.classOf('2026-11-05', 12)).toBe('curtailment');
    expect(desk.classOf('2026-11-06', 12)).toBe('normal');
    const [derived] = desk.store.documents.inForce('kyushu').slice(-1);
    expect(derived?.source).toMatch(
      /4\.82 % in the half-hour until 18:30, threshold 5 %\. The rule is not verified\./,
    );

    // The same again changes nothing.
    const before = desk.everything();
    await desk.intake.download();
    desk.turn();
    desk.turn();
    expect(desk.everything().replace(/margin\n[^]*?\n\n/, '')).toBe(before.replace(/margin\n[^]*?\n\n/, ''));
  });

  it('while no announcement speaks for the day the margin waits', async () => {
    const desk = deskWith(RULE);
    serve(TIGHT);
    await desk.intake.download();
    expect(desk.inForce()).toEqual([]);
    desk.bring(documentText());
    expect(desk.classOf('2026-11-05', 12)).toBe('tight');
  });

  it('a correction of the announcement is followed', async () => {
    const desk = deskWith(RULE);
    desk.bring(documentText());
    serve(TIGHT);
    await desk.intake.download();
    desk.bring(
      documentText({ revision: 3, curtailmentDays: ['2026-11-05'], issuedAt: '2026-11-04T20:00:00+09:00' }),
    );
    expect(desk.classOf('2026-11-05', 12)).toBe('curtailment');
    expect(desk.classOf('2026-11-05', 20)).toBe('tight');
    expect(desk.inForce()).toContain('derived-tight-2026-11-05 2');
  });

  it('only the named publication decides, and the last in it', async () => {
    const desk = deskWith(RULE, '2026-11-03T12:00:00+09:00');
    desk.bring(documentText());
    serve(TIGHT);
    await desk.intake.download();
    expect(desk.classOf('2026-11-05', 12), 'two days ahead: not the publication').toBe('normal');
    desk.at('2026-11-04T18:30:00+09:00');
    await desk.intake.download();
    expect(desk.classOf('2026-11-05', 12), 'the same figures, now in it').toBe('tight');
    desk.at('2026-11-04T22:00:00+09:00');
    serve(AMPLE);
    await desk.intake.download();
    expect(desk.classOf('2026-11-05', 12), 'it rose').toBe('normal');
    desk.at('2026-11-05T09:00:00+09:00');
    serve((slot) => (slot === 40 ? '2.00' : '9.00'));
    await desk.intake.download();
    expect(desk.classOf('2026-11-05', 12), 'on the day itself: not the publication').toBe('normal');
  });

  it('an announcement that came before a fault in one round is followed', async () => {
    let stick = '';
    const desk = deskWith(RULE, undefined, (folder) => {
      stick = join(folder, 'stick');
      mkdirSync(stick, { recursive: true });
      return { folder: stick };
    });
    let steadyMs = 0;
    desk.clock.monotonicMs = () => steadyMs;
    serve(TIGHT);
    await desk.intake.download();
    server.faults.set('server-error');
    writeFileSync(join(stick, 'a.json'), documentText());
    writeFileSync(join(stick, 'b.json'), ' '.repeat(1_000_001));
    await desk.intake.download();
    steadyMs += SETTLED_MS;
    await desk.intake.download();
    expect(desk.store.sources.all().find(({ kind }) => kind === 'folder')?.fault?.code).toBe(
      'document-too-large',
    );
    expect(desk.classOf('2026-11-05', 12)).toBe('tight');
  });

  it('a margin at the threshold is not below it', async () => {
    const desk = deskWith(RULE);
    desk.bring(documentText());
    serve((slot) => (slot === 36 ? '5.00' : '8.10'));
    await desk.intake.download();
    expect(desk.classOf('2026-11-05', 12)).toBe('normal');
    desk.at('2026-11-04T19:00:00+09:00');
    serve((slot) => (slot === 36 ? '4.99' : '8.10'));
    await desk.intake.download();
    expect(desk.classOf('2026-11-05', 12)).toBe('tight');
  });

  it('switched off again, the days say what was announced', async () => {
    const desk = deskWith(RULE);
    desk.bring(documentText());
    serve(TIGHT);
    await desk.intake.download();
    expect(desk.classOf('2026-11-05', 12)).toBe('tight');
    desk.close();
    const again = openDesk({ folder: desk.folder, now: '2026-11-04T19:00:00+09:00' });
    again.intake.start()();
    const documents = again.store.documents.inForce('kyushu');
    const decided = prepare({ ...again.rules, documents }).coefficientOf(jstHourStart('2026-11-05', 12));
    expect(decided).toMatchObject({ class: 'normal', confirmed: true });
  });

  it('nobody can bring a document under a derived name', () => {
    const desk = deskWith(RULE);
    expect(() => desk.bring(documentText({ document: 'derived-tight-2026-11-05' }))).toThrow(
      /derives itself/,
    );
  });
});
