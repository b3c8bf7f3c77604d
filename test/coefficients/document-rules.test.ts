/** Which documents are refused, with which fault, and what an arriving one means beside the one already held. */
import { describe, expect, it } from 'vitest';
import { loadRuleSets } from '../../config/rule-sets.ts';
import {
  backoffMs,
  FIRST_BACKOFF_MS,
  LONGEST_BACKOFF_MS,
} from '../../gateway/domain/coefficients/backoff.ts';
import { affectedDays, arrival, validateDocument } from '../../gateway/domain/coefficients/documents.ts';
import type { CoefficientDocument, RuleSet } from '../../gateway/domain/coefficients/types.ts';
import { aboutText, faultText } from '../../gateway/domain/faults.ts';
import { instant } from '../../gateway/domain/time.ts';
import { document } from './documents.ts';

const ruleSets = loadRuleSets();

function reason(parts: Partial<CoefficientDocument>): string {
  const subject = document(parts);
  const found = validateDocument(subject, ruleSets.get(subject.ruleSet) as RuleSet);
  return found
    ? `${found.code}: ${aboutText(found, 'where') ?? ''} ${aboutText(found, 'reason') ?? ''}`.trim()
    : 'sound';
}

describe('a document by itself', () => {
  it('is sound with announcements inside its dates', () => {
    expect(reason({ curtailmentDays: ['2026-11-03'], tightDays: ['2026-11-03', '2026-11-30'] })).toBe(
      'sound',
    );
    expect(
      reason({ ruleSet: 'draft-2022', curtailmentHours: [{ date: '2026-11-04', fromHour: 13, toHour: 18 }] }),
    ).toBe('sound');
  });

  const refused: readonly (readonly [what: string, parts: Partial<CoefficientDocument>, why: string])[] = [
    ['without dates', { complete: [] }, 'document-invalid: complete no date range'],
    [
      'ending before it begins',
      { complete: [{ from: '2026-11-30', to: '2026-11-01' }] },
      'ends (2026-11-01) before it begins',
    ],
    [
      'with overlapping ranges',
      {
        complete: [
          { from: '2026-11-01', to: '2026-11-10' },
          { from: '2026-11-10', to: '2026-11-12' },
        ],
      },
      'complete[2] overlaps the range 2026-11-01 to 2026-11-10',
    ],
    [
      'with a day that does not exist',
      { tightDays: ['2026-02-30'] },
      'tightDays[1] 2026-02-30 is not a date',
    ],
    [
      'with a day twice',
      { curtailmentDays: ['2026-11-03', '2026-11-03'] },
      'curtailmentDays[2] 2026-11-03 is listed twice',
    ],
    ['with a day outside', { tightDays: ['2026-12-01'] }, 'tightDays[1] 2026-12-01 is outside'],
    [
      'with hours that fall',
      { ruleSet: 'draft-2022', curtailmentHours: [{ date: '2026-11-04', fromHour: 18, toHour: 13 }] },
      'must be whole, rise',
    ],
    [
      'with hours twice',
      {
        ruleSet: 'draft-2022',
        curtailmentHours: [
          { date: '2026-11-04', fromHour: 10, toHour: 13 },
          { date: '2026-11-04', fromHour: 12, toHour: 18 },
        ],
      },
      'curtailmentHours[2] hours of 2026-11-04 are listed twice',
    ],
    [
      'naming hours under fy2023',
      { curtailmentHours: [{ date: '2026-11-04', fromHour: 13, toHour: 18 }] },
      'under fy2023 whole days are announced',
    ],
    [
      'naming days under draft-2022',
      { ruleSet: 'draft-2022', curtailmentDays: ['2026-11-04'] },
      'under draft-2022 hours are announced',
    ],
  ];
  it.each(refused)('is refused %s', (_, parts, why) => {
    expect(reason(parts)).toContain(why);
  });

  it('is refused with a sentence when it names a tight day under draft-2022', () => {
    const found = validateDocument(
      document({ ruleSet: 'draft-2022', tightDays: ['2026-11-20'] }),
      ruleSets.get('draft-2022') as RuleSet,
    );
    expect(found && faultText(found)).toBe(
      'The rule set draft-2022 has no factor for tight supply (α was never fixed), so the tight day 2026-11-20 cannot be applied. Remove it, or use a rule set that has one. Nothing of the document was applied.',
    );
  });
});

describe('an arriving document', () => {
  const second = document({ revision: 2 });
  const NOW = second.issuedAt;

  it('is new, replaces a lower revision, or is the same', () => {
    expect(arrival(second, 'x', null, NOW)).toEqual({ kind: 'new' });
    expect(arrival(second, 'x', { revision: 1, digest: 'y' }, NOW)).toEqual({ kind: 'replaces' });
    expect(arrival(second, 'x', { revision: 2, digest: 'x' }, NOW)).toEqual({ kind: 'same' });
  });

  it('is refused with other contents at the same revision, and when it is older', () => {
    expect(arrival(second, 'x', { revision: 2, digest: 'y' }, NOW)).toMatchObject({
      kind: 'refused',
      fault: { code: 'document-conflict' },
    });
    const older = arrival(second, 'x', { revision: 3, digest: 'x' }, NOW);
    expect(older).toMatchObject({
      kind: 'refused',
      fault: { code: 'document-older', about: { revision: 2, have: 3 } },
    });
  });

  it('is refused when it says that it was issued in days to come: it would silence all others', () => {
    const day = 86_400_000;
    expect(arrival(second, 'x', null, instant(NOW - day))).toEqual({ kind: 'new' });
    expect(arrival(second, 'x', { revision: 1, digest: 'y' }, instant(NOW - day - 1))).toMatchObject({
      kind: 'refused',
      fault: { code: 'document-not-yet-issued', about: { document: second.document } },
    });
  });

  it('touches the dates it speaks for and those its predecessor spoke for', () => {
    const before = document({ complete: [{ from: '2026-11-01', to: '2026-11-03' }] });
    const next = document({ revision: 2, complete: [{ from: '2026-11-03', to: '2026-11-04' }] });
    expect(affectedDays(null, next)).toEqual(['2026-11-03', '2026-11-04']);
    expect(affectedDays(before, next)).toEqual(['2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04']);
  });
});

describe('the wait between tries', () => {
  it('doubles from the first to the longest and stays there', () => {
    expect([1, 2, 3].map(backoffMs)).toEqual([FIRST_BACKOFF_MS, 2 * FIRST_BACKOFF_MS, 4 * FIRST_BACKOFF_MS]);
    expect([8, 20, 5_000].map(backoffMs)).toEqual([
      LONGEST_BACKOFF_MS,
      LONGEST_BACKOFF_MS,
      LONGEST_BACKOFF_MS,
    ]);
  });

  it('takes a count of failures and nothing else', () => {
    expect(() => backoffMs(0)).toThrow(RangeError);
    expect(() => backoffMs(1.5)).toThrow(RangeError);
  });
});
