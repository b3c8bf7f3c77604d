import { readFileSync } from 'node:fs';

interface PackageFile {
  readonly version: string;
}

/** The version in package.json, two folders up from here. */
export const VERSION: string = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as PackageFile
).version;
