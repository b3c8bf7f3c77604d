/**
 * Everything that is committed but made from other files: schemas for editors and consumers, the AsyncAPI document,
 * the catalog of meter types and the page of faults. Run: `npm run generate`; with `--check` nothing is written and
 * the exit code says whether something would change.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { generatedFiles as configFiles } from '../config/generate-schema.ts';
import { reportJsonSchema } from '../gateway/report/json.ts';
import { generatedFiles as messageFiles } from '../gateway/uplink/generate.ts';
import { faultsPage } from './faults-page.ts';

const ROOT = join(import.meta.dirname, '..');

/** Path from the root of the repository → text. */
function everything(): ReadonlyMap<string, string> {
  return new Map([
    ...configFiles(),
    ...[...messageFiles()].map(([path, text]): [string, string] => [`docs/generated/${path}`, text]),
    ['docs/generated/schemas/report.schema.json', `${JSON.stringify(reportJsonSchema(), null, 2)}\n`],
    ['docs/faults.md', faultsPage()],
  ]);
}

function committed(path: string): string | null {
  try {
    return readFileSync(join(ROOT, path), 'utf8');
  } catch {
    // Not there yet: that is a difference, too.
    return null;
  }
}

const changed = [...everything()].filter(([path, text]) => committed(path) !== text);
if (process.argv.includes('--check')) {
  for (const [path] of changed)
    process.stdout.write(`${path} is not what its sources say. Run: npm run generate\n`);
  process.exitCode = changed.length === 0 ? 0 : 1;
} else {
  for (const [path, text] of changed) {
    mkdirSync(dirname(join(ROOT, path)), { recursive: true });
    writeFileSync(join(ROOT, path), text);
    process.stdout.write(`${path}\n`);
  }
}
