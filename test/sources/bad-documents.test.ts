/**
 * Two hundred bad documents made from good ones: JSON, CSV and reserve margins, in UTF-8, with a byte order mark and in
 * Shift_JIS. None is half-applied: the whole database is compared before and after. Each refusal has a code and a place.
 */
import iconv from 'iconv-lite';
import { expect, it } from 'vitest';
import { aboutText, CodedError, faultText } from '../../gateway/domain/faults.ts';
import { sha256Of } from '../../gateway/stages/receive-documents.ts';
import { marginCsv } from '../../simulators/occto-margins.ts';
import { randomStream } from '../../simulators/seeded.ts';
import { documentCsv, documentText, openDesk } from './support/desk.ts';

const SEED = 20_261_104;
const BAD = 200;
const PLACE = /^line \d+, column \d+$/;
const PLACE_JA = / の \d+ 行 \d+ 列/;

const margins = marginCsv([
  { area: 'kyushu', date: '2026-11-05', percent: (slot) => `${8 + (slot % 5)}.25` },
]);
const GOOD: readonly (readonly [name: string, bytes: Uint8Array])[] = [
  ['json', Buffer.from(documentText({ revision: 2 }))],
  ['json with a mark', Buffer.from(`\uFEFF${documentText({ revision: 2 })}`)],
  ['csv', Buffer.from(documentCsv({ revision: 2 }))],
  ['csv with a mark', Buffer.from(`\uFEFF${documentCsv({ revision: 2 })}`)],
  ['csv in Shift_JIS', iconv.encode(documentCsv({ revision: 2 }), 'shift_jis')],
  ['margins', Buffer.from(margins)],
  ['margins with a mark', Buffer.from(`\uFEFF${margins}`)],
  ['margins in Shift_JIS', iconv.encode(margins, 'shift_jis')],
];

type Random = () => number;

function spoil(good: Uint8Array, random: Random): Uint8Array {
  const pick = (below: number): number => Math.floor(random() * below);
  const at = pick(good.length);
  const length = 1 + pick(12);
  const head = good.subarray(0, at);
  const noise = Array.from({ length }, () => pick(256));
  const kinds: readonly (() => Uint8Array)[] = [
    () => good.with(at, pick(256)),
    () => Uint8Array.from([...head, ...good.subarray(at + length)]),
    () => Uint8Array.from([...head, ...good.subarray(at, at + length), ...good.subarray(at)]),
    () => head,
    () => Uint8Array.from([...head, ...noise, ...good.subarray(at)]),
    () => good.with(at, '0123456789-,:"{}[]/\n'.charCodeAt(pick(20))),
    () => Uint8Array.from([...good, ...good]),
    // A whole line less.
    () => {
      const start = good.lastIndexOf(10, at) + 1;
      const end = good.indexOf(10, at);
      return Uint8Array.from([...good.subarray(0, start), ...good.subarray(end < 0 ? good.length : end + 1)]);
    },
  ];
  return kinds[pick(kinds.length)]?.() ?? good;
}

it(`none of ${BAD} bad documents is half-applied (seed ${SEED})`, () => {
  const random = randomStream(SEED);
  const desk = openDesk();
  const start = documentText({ revision: 2, tightDays: ['2026-11-21'] });
  desk.intake.applyByHand(Buffer.from(start), 'good', sha256Of(Buffer.from(start)));
  desk.turn();
  const tally = new Map<string, number>();
  let refused = 0;
  let inJapanese = 0;
  let before = desk.everything();
  for (let round = 0; refused < BAD; round += 1) {
    expect(round, 'most of them are bad').toBeLessThan(4 * BAD);
    const [name, good] = GOOD[round % GOOD.length] ?? ['', new Uint8Array()];
    const bytes = spoil(good, random);
    if (bytes.length === 0) continue;
    try {
      const { outcome } = desk.intake.applyByHand(bytes, `${name} ${round}`, sha256Of(bytes));
      expect(['applied', 'same', 'stored']).toContain(outcome);
      desk.turn();
      before = desk.everything();
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      const { code, about } = error.fault;
      const told = `round ${round}: ${code} ${JSON.stringify(about)}`;
      expect(aboutText(error.fault, 'where'), told).toMatch(PLACE);
      const reason = aboutText(error.fault, 'reason');
      if (reason !== null) {
        expect(faultText(error.fault, 'ja'), told).toMatch(PLACE_JA);
        expect(faultText(error.fault, 'ja'), told).not.toContain(reason);
        inJapanese += 1;
      }
      expect(error.message.length).toBeGreaterThan(code.length + 20);
      desk.turn();
      expect(desk.everything(), `round ${round}, ${name}: ${code}`).toBe(before);
      const row = desk.store.received.newest(1_000).find(({ sha256 }) => sha256 === sha256Of(bytes));
      expect(row).toMatchObject({ outcome: 'refused', fault: { code } });
      expect(desk.store.received.bytesOf(row?.id ?? 0)).toEqual(Buffer.from(bytes));
      refused += 1;
      tally.set(name, (tally.get(name) ?? 0) + 1);
    }
  }
  expect([...tally.keys()].sort()).toEqual(GOOD.map(([name]) => name).sort());
  for (const [name, count] of tally) expect(count, name).toBeGreaterThan(8);
  expect(inJapanese).toBeGreaterThan(BAD / 2);
});

it('the good ones are taken', () => {
  for (const [name, bytes] of GOOD) {
    const desk = openDesk();
    expect(desk.intake.applyByHand(bytes, name, sha256Of(bytes)).outcome).toBe(
      name.startsWith('margins') ? 'stored' : 'applied',
    );
    desk.close();
  }
});

it('a CSV of format 2 that is cut at the end of any line is refused, and an older one only where it says its end', () => {
  const lines = documentCsv().trimEnd().split('\n');
  const desk = openDesk();
  for (let kept = 1; kept < lines.length; kept += 1) {
    const cut = Buffer.from(`${lines.slice(0, kept).join('\n')}\n`);
    expect(() => desk.intake.applyByHand(cut, 'cut', sha256Of(cut)), `${kept} lines`).toThrow(CodedError);
    expect(desk.inForce()).toEqual([]);
  }
  const first = documentCsv().replace('coefficients/2', 'coefficients/1');
  const read = (text: string) => {
    const bytes = Buffer.from(text);
    try {
      const preview = desk.intake.preview(bytes, 'hand');
      return preview.kind === 'document' ? preview.isWhole : null;
    } catch (error) {
      return error instanceof CodedError ? error.fault.code : 'bug';
    }
  };
  expect(read(first)).toBe(true);
  expect(read(first.replace(/end,.*\n/, ''))).toBe(false);
  expect(read(first.replace('tight-day,2026-11-20\n', ''))).toBe('document-unreadable');
});
