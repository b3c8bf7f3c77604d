/** By hand: the command line, with and without a gateway that runs; what each source said last. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { fetchDocuments, showSources } from '../../gateway/commands/coefficient-sources.ts';
import { importDocument } from '../../gateway/commands/coefficients.ts';
import type { Console } from '../../gateway/commands/console.ts';
import { CodedError } from '../../gateway/domain/faults.ts';
import { openStore } from '../../gateway/store/store.ts';
import { startCoefficientServer } from '../../simulators/coefficient-server.ts';
import { marginCsv } from '../../simulators/occto-margins.ts';
import { documentCsv, documentText, openDesk } from './support/desk.ts';

const SITE = `site: { id: f, gridArea: kyushu }
gateway: { id: gw1 }
lines: { lan: { kind: modbus-tcp, host: 192.168.1.20 } }
meters: { main: { line: lan, unit: 1, type: schneider-iem3155, role: grid-import, rated: 600 kW } }
`;

/** What a command prints, and its exit code; a refusal is the sentence that `hakaru` prints for it. */
async function run(command: (console: Console) => number | Promise<number>) {
  let [stdout, stderr] = ['', ''];
  const console: Console = {
    language: 'en',
    out: (text) => void (stdout += `${text}\n`),
    say: (text) => void (stderr += `${text}\n`),
  };
  try {
    return { code: await command(console), stdout, stderr };
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return { code: 1, stdout, stderr: stderr + error.message };
  }
}

function place(sources: string) {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-by-hand-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const config = join(folder, 'site.yaml');
  writeFileSync(config, `${SITE}${sources}`);
  const data = join(folder, 'data');
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const inForce = () => {
    const store = openStore(data);
    try {
      return store.documents.inForce('kyushu').map(({ document, revision }) => `${document} ${revision}`);
    } finally {
      store.close();
    }
  };
  return { file, inForce, where: { config, data } };
}

it('asks every source, and a fault of one does not keep the others', async () => {
  const server = await startCoefficientServer();
  onTestFinished(() => server.close());
  server.put('/a.json', documentText());
  server.put(
    '/m.csv',
    marginCsv([{ area: 'kyushu', date: '2026-11-05', percent: () => '9.00' }]),
    'text/csv',
  );
  const { where, inForce, file } = place(`coefficients:
  downloads:
    gone: { url: "${server.httpUrl('/gone.json')}" }
    cloud: { url: "${server.httpUrl('/a.json')}" }
  occto: { url: "${server.httpUrl('/m.csv')}?from={from}&to={to}" }
`);
  const fetched = await run((console) => fetchDocuments(console, where));
  expect(fetched.code).toBe(1);
  expect(fetched.stderr).toContain('the server answered 404');
  expect(fetched.stdout).toContain('kyushu-2026-11 revision 2 for kyushu is in force');
  expect(fetched.stdout).toContain('Reserve margins of 1 days are stored');
  expect(inForce()).toEqual(['kyushu-2026-11 2']);

  const cut = file('cut.csv', documentCsv({ revision: 3 }).replace(/end,.*\n/, ''));
  const refused = await run((console) => importDocument(console, cut, where));
  expect(refused.code).toBe(1);
  expect(refused.stderr).toMatch(
    /cut\.csv is not readable at line 11, column 1: the text ends without its end record/,
  );
  const first = documentCsv({ revision: 3 })
    .replace(/end,.*\n/, '')
    .replace('coefficients/2', 'coefficients/1');
  const taken = await run((console) => importDocument(console, file('first.csv', first), where));
  expect(taken.code).toBe(0);
  expect(taken.stderr).toContain('has no `end` record');
  expect(inForce()).toEqual(['kyushu-2026-11 3']);
});

it('no source that could be asked is wrong use', async () => {
  const { where } = place('coefficients: { tomorrowBy: "18:00" }\n');
  expect((await run((console) => fetchDocuments(console, where))).code).toBe(2);
});

it('shows what each source said last, what came, and how far hours are confirmed', async () => {
  const server = await startCoefficientServer();
  server.put('/a.json', '<!DOCTYPE html><html>sign in</html>');
  const asked = { schedule: '5 18 * * *', spreadMs: 0, caFile: null, timeoutMs: 5_000, maxBytes: 100_000 };
  const desk = openDesk({ sources: { downloads: [{ ...asked, url: server.httpUrl('/a.json') }] } });
  await desk.intake.download();
  desk.turn();
  await server.close();
  desk.close();
  const plain = await run((console) => showSources(console, { data: desk.dataDir, last: 20 }));
  expect(plain.code).toBe(0);
  expect(plain.stdout).toContain('No document ever confirmed an hour.');
  expect(plain.stdout).toMatch(/127\.0\.0\.1:\d+\/a\.json\s+2026-11-04T12:00:00\+09:00\s+refused/);
  expect(plain.stdout).toContain('this is a web page, not a document');
  const json = await run((console) => showSources(console, { data: desk.dataDir, last: 20, json: true }));
  expect(JSON.parse(json.stdout)).toMatchObject({
    cover: { state: 'none', confirmedUntil: null },
    sources: [{ kind: 'https', outcome: 'refused', fault: 'document-unreadable', failed: 1 }],
    received: [{ outcome: 'refused', times: 1 }],
    margins: [],
  });
});
