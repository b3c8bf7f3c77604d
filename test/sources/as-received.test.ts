/** What came is written down before anything in it is believed: a crash is a pause, and there is a bound. */
import { describe, expect, it } from 'vitest';
import { sha256Of } from '../../gateway/stages/receive-documents.ts';
import { httpsSource } from '../../gateway/uplink/coefficients/https-source.ts';
import { retryAfterMsOf } from '../../gateway/uplink/coefficients/retry-after.ts';
import { startCoefficientServer } from '../../simulators/coefficient-server.ts';
import { documentText, openDesk } from './support/desk.ts';

const bytesOf = (text: string) => Buffer.from(text);

function keep(desk: ReturnType<typeof openDesk>, text: string, source = 'https://cloud') {
  const bytes = bytesOf(text);
  return desk.store.write(() =>
    desk.store.received.put({
      source,
      kind: 'https',
      item: source,
      sha256: sha256Of(bytes),
      bytes,
      validator: '"1"',
      atMs: desk.clock.now(),
    }),
  );
}

describe('a row that waits', () => {
  it('is judged by the next life of the gateway', () => {
    const desk = openDesk();
    keep(desk, documentText());
    keep(desk, documentText().slice(0, 80), 'https://spare');
    desk.close();
    const again = openDesk({ folder: desk.folder });
    again.turn();
    expect(again.inForce()).toEqual(['kyushu-2026-11 2']);
    expect(
      again.store.received
        .newest(5)
        .map(({ outcome }) => outcome)
        .sort(),
    ).toEqual(['applied', 'refused']);
    expect(again.store.documents.download('https://cloud')?.etag).toBe('"1"');
    expect(again.store.documents.download('https://spare'), 'it is asked for again').toBeNull();
    const before = again.everything();
    again.turn();
    expect(again.everything()).toBe(before);
  });

  it('keeps its bytes once: with its document, or by itself when it was refused', () => {
    const desk = openDesk();
    const good = keep(desk, documentText());
    const bad = keep(desk, 'nonsense');
    desk.turn();
    expect(desk.store.received.bytesOf(good)).toBeNull();
    expect(desk.store.documents.all().map(({ sha256 }) => sha256)).toEqual([
      sha256Of(bytesOf(documentText())),
    ]);
    expect(desk.store.received.bytesOf(bad)).toEqual(bytesOf('nonsense'));
    expect(desk.store.received.newest(1)[0]).toMatchObject({ size: 8, times: 1, item: 'https://cloud' });
  });
});

it('the rows have a bound, and the newest stay', () => {
  const desk = openDesk();
  for (let n = 0; n < 1_100; n += 1) {
    desk.store.write(() => {
      const id = desk.store.received.put({
        source: 'page',
        kind: 'page',
        item: `file ${n}`,
        sha256: `${n}`,
        bytes: Buffer.alloc(40_000),
        validator: null,
        atMs: desk.clock.now(),
      });
      desk.store.received.settle(id, { outcome: 'refused', fault: null, says: null, keepsBytes: true });
      if (n % 100 === 99) desk.store.received.trim();
    });
  }
  const rows = desk.store.received.newest(2_000);
  expect(rows).toHaveLength(1_000);
  expect(rows[0]?.item).toBe('file 1099');
  const kept = rows.filter(({ id }) => desk.store.received.bytesOf(id) !== null);
  expect(kept).toHaveLength(500);
  expect(kept[0]?.item).toBe('file 1099');
});

describe('a server that asks us to wait', () => {
  it('says so in seconds or by a date', () => {
    const now = Date.parse('2026-11-04T12:00:00Z');
    const told = (text: string | undefined) =>
      retryAfterMsOf(text === undefined ? {} : { 'retry-after': text }, now);
    expect(told('120')).toBe(120_000);
    expect(told('Wed, 04 Nov 2026 12:01:30 GMT')).toBe(90_000);
    expect(told('Wed, 04 Nov 2026 11:00:00 GMT')).toBe(0);
    for (const text of [undefined, 'soon', '-5', '1.5', '2026-11-04']) expect(told(text)).toBeNull();
  });

  it('is heard', async () => {
    const server = await startCoefficientServer();
    try {
      server.put('/a.json', documentText());
      server.faults.set('too-many');
      server.faults.settings.retryAfter = '77';
      const options = { url: server.httpUrl('/a.json'), caFile: null, timeoutMs: 5_000, maxBytes: 10_000 };
      expect(await httpsSource(options).fetch({ etag: null, has: () => false })).toMatchObject({
        kind: 'fault',
        retryAfterMs: 77_000,
      });
    } finally {
      await server.close();
    }
  });
});

it('two addresses that differ in their query are two sources, and the query is not shown', () => {
  const names = ['a', 'b'].map(
    (token) =>
      httpsSource({
        url: `https://cloud.example/c.json?token=${token}`,
        caFile: null,
        timeoutMs: 1,
        maxBytes: 1,
      }).name,
  );
  expect(new Set(names).size).toBe(2);
  expect(names.join()).not.toContain('token');
});
