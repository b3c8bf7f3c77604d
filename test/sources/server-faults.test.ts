/** A server that misbehaves in every way we know: the last good state goes on, and a person reads why. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { aboutText, faultText } from '../../gateway/domain/faults.ts';
import { COEFFICIENT_FAULTS, type CoefficientFault } from '../../simulators/coefficient-faults.ts';
import { type CoefficientServer, startCoefficientServer } from '../../simulators/coefficient-server.ts';
import { documentCsv, documentText, openDesk } from './support/desk.ts';

const JSON_PATH = '/kyushu.json';
const CSV_PATH = '/kyushu.csv';
let server: CoefficientServer;
beforeAll(async () => {
  server = await startCoefficientServer();
  server.faults.settings.slowMs = 60_000;
});
afterEach(() => server.faults.set(null));
afterAll(() => server.close());

/** A desk that downloads one document, with a good one in force. */
async function deskWith(path: string, text: string) {
  server.put(path, text);
  const asked = { schedule: '5 18 * * *', spreadMs: 0, timeoutMs: 2_000, maxBytes: 100_000 };
  const desk = openDesk({
    sources(folder) {
      const caFile = join(folder, 'ca.pem');
      writeFileSync(caFile, server.caPem);
      return { downloads: [{ ...asked, url: server.httpsUrl(path), caFile }] };
    },
  });
  await desk.intake.download();
  desk.turn();
  return desk;
}

/** How it is told: the code, a piece of the sentence, and whether the bytes are kept. */
const JSON_CASES: readonly (readonly [CoefficientFault, string, RegExp, boolean])[] = [
  ['slow', 'download-failed', /no complete answer within 2000 ms/, false],
  ['drip', 'download-failed', /no complete answer within 2000 ms/, false],
  ['truncated', 'download-failed', /broke off|aborted/, false],
  ['wrong-length', 'download-failed', /Parse Error/, false],
  [
    'wrong-encoding',
    'document-unreadable',
    /line 1, column 1: the text is neither UTF-8 nor Shift_JIS/,
    true,
  ],
  ['web-page', 'document-unreadable', /line 1, column 1: this is a web page, not a document/, true],
  ['server-error', 'download-failed', /the server answered 500/, false],
  ['too-many', 'download-failed', /the server answered 429/, false],
  ['redirect', 'download-failed', /302: redirects are not followed/, false],
  ['oversized', 'document-too-large', /larger than 100000 bytes/, false],
  ['older-revision', 'document-older', /Revision 4 .* not newer than revision 5/, true],
  ['other-contents', 'document-conflict', /Revision 5 .* already here with other contents/, true],
  ['wrong-certificate', 'download-failed', /certificate|issuer|unable to verify/, false],
  ['expired-certificate', 'download-failed', /certificate has expired/, false],
];

describe('a document in force, and a server with a fault', () => {
  it.each(JSON_CASES)('%s: %s', async (fault, code, sentence, keeps) => {
    const desk = await deskWith(JSON_PATH, documentText({ revision: 5 }));
    expect(desk.inForce()).toEqual(['kyushu-2026-11 5']);
    const before = desk.everything();
    const rows = desk.store.received.newest(10).length;
    // Other bytes than those in force, so that no validator answers for it.
    const next = fault === 'older-revision' || fault === 'other-contents' ? 5 : 6;
    server.put(JSON_PATH, documentText({ revision: next, tightDays: next === 6 ? ['2026-11-20'] : [] }));
    server.faults.set(fault);
    await desk.intake.download();
    desk.turn();

    expect(desk.everything()).toBe(before);
    expect(desk.inForce()).toEqual(['kyushu-2026-11 5']);
    expect(desk.intake.fault()?.code).toBe(code);
    expect(desk.store.received.newest(10).length - rows).toBe(keeps ? 1 : 0);
    const [source] = desk.store.sources.all();
    expect(source).toMatchObject({ outcome: keeps ? 'refused' : 'failed', failed: 1, fault: { code } });
    expect(source?.goodAtMs).not.toBeNull();
    if (keeps) {
      const row = desk.last();
      expect(row).toMatchObject({ outcome: 'refused', fault: { code } });
      expect(desk.store.received.bytesOf(row?.id ?? 0)?.byteLength).toBe(row?.size);
    }
    server.faults.set(null);
    server.put(JSON_PATH, documentText({ revision: 7 }));
    await desk.intake.download();
    const told = desk.events().find(({ kind }) => kind === 'coefficients-refused');
    expect(told).toMatchObject({ detail: { fault: code } });
    expect(told?.text).toMatch(sentence);
    expect(desk.inForce()).toEqual(['kyushu-2026-11 7']);
    expect(desk.intake.fault()).toBeNull();
    expect(desk.store.sources.all()[0]).toMatchObject({ outcome: 'applied', failed: 0, fault: null });
  });

  it('cut exactly at the end of a line, with a length that agrees: the end record is missing', async () => {
    const desk = await deskWith(CSV_PATH, documentCsv({ revision: 5 }));
    const before = desk.everything();
    server.put(CSV_PATH, documentCsv({ revision: 6, tightDay: '2026-11-21' }));
    server.faults.set('cut-at-a-line');
    await desk.intake.download();
    expect(desk.everything()).toBe(before);
    const problem = desk.intake.fault();
    expect(problem?.code).toBe('document-unreadable');
    expect(problem && aboutText(problem, 'where')).toMatch(/^line \d+, column 1$/);
    expect(problem && aboutText(problem, 'reason')).toContain('ends without its end record');
    expect(problem && faultText(problem, 'ja')).toContain('end の行がない');
    expect(desk.last()?.fault).toEqual(problem);
  });

  it('what was refused is asked for again, and is no less refused for being the same', async () => {
    const desk = await deskWith(JSON_PATH, documentText({ revision: 5 }));
    server.put(JSON_PATH, documentText({ revision: 4 }));
    for (let time = 1; time <= 3; time += 1) {
      await desk.intake.download();
      desk.turn();
      expect(server.requests.at(-1)?.status).toBe(200);
      expect(desk.intake.fault()?.code).toBe('document-older');
      expect(desk.last()).toMatchObject({ outcome: 'refused', times: time });
    }
  });

  it('304 although nothing is known yet', async () => {
    server.faults.set('unasked-304');
    const desk = await deskWith(JSON_PATH, documentText());
    expect(desk.inForce()).toEqual([]);
    expect(desk.intake.fault()?.about['reason']).toContain('304 although nothing is known');
  });

  it('304 for what is in force: nothing happens, and that is written down', async () => {
    const desk = await deskWith(JSON_PATH, documentText());
    const before = desk.everything();
    await desk.intake.download();
    expect(server.requests.at(-1)?.status).toBe(304);
    expect(desk.everything()).toBe(before);
    expect(desk.store.sources.all()[0]).toMatchObject({ outcome: 'not-modified', failed: 0 });
  });

  it('every fault of the simulator is one of these stories', () => {
    const told = [...JSON_CASES.map(([fault]) => fault), 'cut-at-a-line', 'unasked-304'];
    expect([...told].sort()).toEqual([...COEFFICIENT_FAULTS].sort());
  });
});
