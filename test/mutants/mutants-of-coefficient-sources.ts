import type { Mutant } from './mutant.ts';

const INTAKE = 'gateway/coefficient-intake.ts';
const RECEIVE = 'gateway/stages/receive-documents.ts';
const TIGHT = 'gateway/domain/margins/tight.ts';
const FOLDER = 'gateway/uplink/coefficients/folder-source.ts';

/** How documents and reserve margins come in, and what follows from them. */
export const OF_COEFFICIENT_SOURCES: readonly Mutant[] = [
  {
    name: 'a file on a stick is read while it is being written',
    file: FOLDER,
    find: 'const stood = monotonicMs() - entry.sinceMs >= SETTLED_MS;',
    replace: 'const stood = monotonicMs() >= SETTLED_MS;',
    test: 'test/sources/drop-folder.test.ts',
    story: 'is not read while a file is being written',
  },
  {
    name: 'a stick that is not plugged in is trouble',
    file: INTAKE,
    find: "if (source.kind === 'folder' && result.fault.code === 'folder-unreadable') return;",
    replace: '',
    test: 'test/sources/drop-folder.test.ts',
    story: 'may be pulled out and put in again',
  },
  {
    name: 'a refused file is forgotten at the next look',
    file: INTAKE,
    find: "if (result.kind === 'not-modified' && isServer(source)) faults.delete(source.name);",
    replace: "if (result.kind === 'not-modified') faults.delete(source.name);",
    test: 'test/sources/drop-folder.test.ts',
    story: 'may be read-only: nothing in it is changed, and a refused file is told of once',
  },
  {
    name: 'the end record is there, so all of the text is',
    file: 'config/coefficient-csv.ts',
    find: 'if (fields.length === 1 && said === String(count)) return null;',
    replace: 'if (fields.length === 1 && Number(said) >= count) return null;',
    test: 'test/sources/bad-documents.test.ts',
    story:
      'a CSV of format 2 that is cut at the end of any line is refused, and an older one only where it says its end',
  },
  {
    name: 'each connection to the broker refuses the same document anew',
    file: RECEIVE,
    find: 'const isNews = row.fault?.code !== problem.code || row.times === 1;',
    replace: 'const isNews = true;',
    test: 'test/sources/topic.test.ts',
    story: 'a refused one is one event, however often the broker hands it over',
  },
  {
    name: 'what came first on a topic stays, and the newest is dropped',
    file: 'gateway/uplink/coefficients/mqtt-source.ts',
    find: 'waiting = [...waiting, arrived].slice(-MAX_WAITING);',
    replace: 'waiting = [...waiting, arrived].slice(0, MAX_WAITING);',
    test: 'test/sources/topic.test.ts',
    story: 'of more than may wait the newest stay',
  },
  {
    name: 'nothing more on a topic means that all is well',
    file: INTAKE,
    find: "return kind === 'https' || kind === 'occto';",
    replace: "return kind !== 'folder';",
    test: 'test/sources/topic.test.ts',
    story: 'of two that come at once the refused one stays told',
  },
  {
    name: 'what came before a fault in one round has no consequences',
    file: 'gateway/stages/download.ts',
    find: "if (settled.length > 0) deps.told({ kind: 'settled', settled });",
    replace: '',
    test: 'test/sources/reserve-margins.test.ts',
    story: 'an announcement that came before a fault in one round is followed',
  },
  {
    name: 'a refused download is never asked for again',
    file: RECEIVE,
    find: "if (outcome !== 'refused') store.documents.putDownload(row.source, row.validator, nowMs);",
    replace: 'store.documents.putDownload(row.source, row.validator, nowMs);',
    test: 'test/sources/server-faults.test.ts',
    story: 'what was refused is asked for again, and is no less refused for being the same',
  },
  {
    name: 'a server that asks to wait is asked sooner',
    file: 'gateway/domain/sources/pace.ts',
    find: 'return Math.max(wait, Math.ceil(retryAfterMs * (1 + random / 10)));',
    replace: 'return Math.min(wait, Math.ceil(retryAfterMs * (1 + random / 10)));',
    test: 'test/sources/running-out.test.ts',
    story: 'never comes sooner than the server said',
  },
  {
    name: 'OCCTO is asked with the validator of another day',
    file: 'gateway/uplink/coefficients/occto-source.ts',
    find: 'return httpsSource({ ...options, url }).fetch({ ...known, etag: null });',
    replace: 'return httpsSource({ ...options, url }).fetch(known);',
    test: 'test/sources/reserve-margins.test.ts',
    story: 'only the named publication decides, and the last in it',
  },
  {
    name: 'another file than was looked at is applied',
    file: INTAKE,
    find: "if (sha256Of(bytes) !== sha256) throw new CodedError(fault('preview-differs'));",
    replace: '',
    test: 'test/sources/by-hand-on-the-page.test.ts',
    story: 'a wrong file is refused with its place, and another one than was looked at too',
  },
  {
    name: 'unconfirmed hours of tomorrow are told a look too late',
    file: 'gateway/domain/sources/cover.ts',
    find: 'const evening = nowMs - midnightMs >= tomorrowByMinute * 60_000;',
    replace: 'const evening = nowMs - midnightMs > tomorrowByMinute * 60_000;',
    test: 'test/sources/running-out.test.ts',
    story: 'is a warning from the evening before on, ends with the next document, and is told once',
  },
  {
    name: 'each start says again that the announcements have ended',
    file: 'gateway/stages/watch-cover.ts',
    find: 'store.facts.put(TOLD, is);',
    replace: '',
    test: 'test/sources/running-out.test.ts',
    story: 'is not told again by a restart',
  },
  {
    name: 'a day whose margin is at the threshold is tight',
    file: TIGHT,
    find: 'margin.lowestTenThousandths < rule.belowTenThousandths;',
    replace: 'margin.lowestTenThousandths <= rule.belowTenThousandths;',
    test: 'test/sources/reserve-margins.test.ts',
    story: 'a margin at the threshold is not below it',
  },
  {
    name: 'a derived tight day is issued with the announcement, not after it',
    file: TIGHT,
    find: 'return instant(Math.max(speaking + 1, known ?? 0));',
    replace: 'return instant(Math.max(speaking, known ?? 0));',
    test: 'test/sources/reserve-margins.test.ts',
    story: 'the day is tight on top of what is announced, and curtailment hours keep theirs',
  },
  {
    name: 'tight days stay when the switch is off again',
    file: 'gateway/stages/derive-tight.ts',
    find: 'if (!able || (rule === null && !documents.some(isDerived))) return [];',
    replace: 'if (!able || rule === null) return [];',
    test: 'test/sources/reserve-margins.test.ts',
    story: 'switched off again, the days say what was announced',
  },
];

const RULES = 'gateway/domain/coefficients';

/** Which hour has which coefficient. */
export const OF_THE_RULES: readonly Mutant[] = [
  {
    name: 'days that only the revision before spoke for stay as they were',
    file: `${RULES}/documents.ts`,
    find: 'const ranges = [...(previous?.complete ?? []), ...next.complete];',
    replace: 'const ranges = next.complete;',
    test: 'test/coefficients/any-order.property.test.ts',
    story: 'a revision that speaks for less leaves nothing of the one before',
  },
  {
    name: 'months that only the table before had stay as they were',
    file: `${RULES}/documents.ts`,
    find: 'const months = [...(previous?.monthly ?? []), ...(next.monthly ?? [])].map(({ month }) => month);',
    replace: 'const months = (next.monthly ?? []).map(({ month }) => month);',
    test: 'test/coefficients/any-order.property.test.ts',
    story: 'a revision that speaks for less leaves nothing of the one before',
  },
  {
    name: 'the first method that was ever chosen holds for all years',
    file: `${RULES}/choices.ts`,
    find: 'return methods.findLast(({ fiscalYear }) => fiscalYear <= year) ?? null;',
    replace: 'return methods.find(({ fiscalYear }) => fiscalYear <= year) ?? null;',
    test: 'test/coefficients/explained.test.ts',
    story: 'a method holds from the first hour of its fiscal year to the last of the year before the next',
  },
  {
    name: 'a month without a table is weighed as normal',
    file: `${RULES}/decide.ts`,
    find: 'if (speaker === null) return { ...UNWEIGHED, ruleSet: ruleSet.id };',
    replace: "if (speaker === null) return coefficientAs('normal', ruleSet, null);",
    test: 'test/coefficients/monthly-tables.test.ts',
    story:
      'a table that is not published yet leaves hours without MJ; it comes, is corrected, and they follow',
  },
  {
    name: 'both methods side by side are the one that was chosen',
    file: `${RULES}/methods.ts`,
    find: 'return prepare({ ...input, methods: [{ fiscalYear: EVERY_YEAR, method }] });',
    replace: 'return prepare({ methods: [{ fiscalYear: EVERY_YEAR, method }], ...input });',
    test: 'test/coefficients/methods-side-by-side.test.ts',
    story: 'does not depend on what the site has chosen',
  },
  {
    name: 'a printed figure may be off by its whole last digit',
    file: `${RULES}/printed.ts`,
    find: 'return rational(use, 2n * 10n ** BigInt(decimals));',
    replace: 'return rational(use, 10n ** BigInt(decimals));',
    test: 'test/coefficients/methods-side-by-side.test.ts',
    story: 'has its bound exactly: half a digit agrees, a millionth of a MJ more does not',
  },
];
