/** When the confirmed hours run out, somebody hears of it in time, with the date, and once. */
import { describe, expect, it } from 'vitest';
import { faultText } from '../../gateway/domain/faults.ts';
import { retryInMs } from '../../gateway/domain/sources/pace.ts';
import { sha256Of } from '../../gateway/stages/receive-documents.ts';
import { documentText, openDesk } from './support/desk.ts';

type Desk = ReturnType<typeof openDesk>;

function bring(desk: Desk, text: string): void {
  const bytes = Buffer.from(text);
  desk.intake.applyByHand(bytes, 'by hand', sha256Of(bytes));
}

function at(desk: Desk, time: string): string | undefined {
  desk.clock.stepTo(Date.parse(time));
  desk.turn();
  return desk.intake.cover()?.state;
}

const kinds = (desk: Desk) =>
  desk.events().flatMap(({ kind }) => (kind === 'coefficients-applied' ? [] : [kind]));

describe('the end of the last document', () => {
  it('is a warning from the evening before on, ends with the next document, and is told once', () => {
    const desk = openDesk({ now: '2026-11-04T12:00:00+09:00' });
    expect(at(desk, '2026-11-04T12:00:00+09:00')).toBe('none');
    expect(kinds(desk)).toEqual([]);
    bring(desk, documentText());
    expect(at(desk, '2026-11-29T20:00:00+09:00')).toBe('confirmed');
    expect(at(desk, '2026-11-30T18:59:59+09:00')).toBe('confirmed');
    expect(desk.intake.fault()).toBeNull();
    expect(at(desk, '2026-11-30T19:00:00+09:00')).toBe('stale');
    const problem = desk.intake.fault();
    expect(problem && faultText(problem)).toMatch(
      /^The last coefficient document ends on 2026-11-30; from 2026-12-01 00:00 JST on hours are unconfirmed\./,
    );
    expect(problem && faultText(problem, 'ja')).toContain('2026-11-30');
    for (const time of [
      '2026-11-30T23:59:00+09:00',
      '2026-12-01T00:00:00+09:00',
      '2026-12-03T08:00:00+09:00',
    ])
      expect(at(desk, time)).toBe('stale');
    expect(kinds(desk)).toEqual(['coefficients-stale']);
    expect(desk.events().at(-1)).toMatchObject({
      detail: { last: '2026-11-30', from: '2026-12-01T00:00:00+09:00' },
    });
    bring(
      desk,
      documentText({ document: 'kyushu-2026-12', from: '2026-12-01', to: '2026-12-31', curtailmentDays: [] }),
    );
    expect(desk.intake.cover()).toMatchObject({ state: 'confirmed', lastDate: '2026-12-31' });
    expect(kinds(desk)).toEqual(['coefficients-stale', 'coefficients-confirmed']);
    expect(desk.intake.fault()).toBeNull();
  });

  it('is not told again by a restart', () => {
    const desk = openDesk();
    bring(desk, documentText());
    at(desk, '2026-11-30T20:00:00+09:00');
    desk.close();
    const again = openDesk({ folder: desk.folder, now: '2026-11-30T21:00:00+09:00' });
    again.turn();
    expect(again.intake.cover()?.state).toBe('stale');
    expect(kinds(again)).toEqual(['coefficients-stale']);
  });

  it('comes at the hour of the site file', () => {
    const desk = openDesk({ sources: { tomorrowByMinute: 17 * 60 + 30 } });
    bring(desk, documentText());
    expect(at(desk, '2026-11-30T17:29:00+09:00')).toBe('confirmed');
    expect(at(desk, '2026-11-30T17:30:00+09:00')).toBe('stale');
  });

  it('is seen where days are missing in between', () => {
    const desk = openDesk();
    bring(desk, documentText({ to: '2026-11-10' }));
    bring(
      desk,
      documentText({ document: 'later', from: '2026-11-15', to: '2026-11-30', curtailmentDays: [] }),
    );
    expect(at(desk, '2026-11-10T20:00:00+09:00')).toBe('stale');
    expect(desk.intake.cover()?.lastDate).toBe('2026-11-10');
    expect(at(desk, '2026-11-15T01:00:00+09:00')).toBe('confirmed');
  });
});

describe('the next try', () => {
  it('waits longer each time, with jitter, and is left to the schedule in the end', () => {
    const waits = [1, 2, 3, 4].map((failed) => [
      retryInMs(failed, null, 0),
      retryInMs(failed, null, 0.999_999),
    ]);
    expect(waits).toEqual([
      [22_500, 37_500],
      [45_000, 75_000],
      [90_000, 150_000],
      [180_000, 300_000],
    ]);
    expect(retryInMs(5, null, 0.5)).toBeNull();
  });

  it('never comes sooner than the server said', () => {
    expect(retryInMs(1, 120_000, 0)).toBe(120_000);
    expect(retryInMs(1, 120_000, 0.5)).toBe(126_000);
    expect(retryInMs(1, 1_000, 0.5)).toBe(30_000);
    expect(retryInMs(1, 25 * 3_600_000, 0.5)).toBeNull();
  });
});
