/** The licences of the packages whose code is in the bundle: most of them ask that their text goes along. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface PackageFile {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const PACKAGE_OF = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/;
const LICENSE_FILE = /^(?:licen[cs]e|copying)/i;

function licenseOf(folder: string): string {
  const { name, version, license } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  ) as PackageFile;
  const files = readdirSync(folder).filter((file) => LICENSE_FILE.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version} (${license ?? 'see its text'})`, ...texts].join('\n\n');
}

/**
 * @param root of the repository
 * @param inputs the files that went into the bundle, from the root
 */
export function licensesOf(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap((path) => PACKAGE_OF.exec(path)?.[0] ?? []));
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  const texts = [...folders].sort().map((folder) => licenseOf(join(root, folder)));
  return `hakaru contains code of these packages, each under its own licence.${rule}${texts.join(rule)}\n`;
}
