/**
 * Mends package-lock.json after `npm install`, so that `npm ci` works with every npm from 9 on and with the Node.js 18
 * that Debian 12 brings:
 * - packages for other processors and systems that npm left out are named (npm 11 refuses a lock file without them);
 * - platform packages carry no `engines`: npm skips an optional package in silence when the Node.js that runs *npm* is
 *   too old for it, but ours run under the Node.js 24 that the same install brings.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LOCK = fileURLToPath(new URL('../package-lock.json', import.meta.url));

interface Entry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  license?: string;
  os?: string | string[];
  cpu?: string | string[];
  libc?: string[];
  engines?: unknown;
  optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  packages: Record<string, Entry>;
}

const SYSTEMS = ['darwin', 'win32', 'linux', 'android', 'freebsd', 'openharmony'];
const PROCESSORS = ['arm64', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'wasm32', 'arm'];

/** What a platform package's name says of it: `@oxlint/binding-linux-x64-musl`. Null for any other package. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> | null {
  const parts = (name.split('/').at(-1) ?? '').split('-');
  const os = SYSTEMS.find((system) => parts.includes(system));
  const cpu = PROCESSORS.find((processor) => parts.includes(processor));
  if (!os || !cpu) return null;
  const libc = parts.some((part) => part.startsWith('musl')) ? ['musl'] : ['glibc'];
  return { os: [os], cpu: [cpu], ...(os === 'linux' ? { libc } : {}) };
}

function mend(lock: Lock): Lock {
  const packages = { ...lock.packages };
  for (const [at, parent] of Object.entries(lock.packages)) {
    if (at === '') continue;
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const platform = platformOf(name);
      if (!platform || packages[`node_modules/${name}`] || packages[`${at}/node_modules/${name}`]) continue;
      const dev = parent.dev ? { dev: true } : {};
      const license = parent.license ? { license: parent.license } : {};
      packages[`node_modules/${name}`] = { version, ...dev, ...license, optional: true, ...platform };
    }
  }
  for (const entry of Object.values(packages))
    if (entry.optional && (entry.os || entry.cpu)) delete entry.engines;
  const sorted = Object.entries(packages).sort(([a], [b]) => (a === '' ? -1 : b === '' ? 1 : a < b ? -1 : 1));
  return { ...lock, packages: Object.fromEntries(sorted) };
}

const written = readFileSync(LOCK, 'utf8');
const mended = `${JSON.stringify(mend(JSON.parse(written) as Lock), null, 2)}\n`;
if (process.argv.includes('--check')) {
  if (mended !== written) {
    process.stderr.write('package-lock.json is not mended: run npm run lock after npm install.\n');
    process.exitCode = 1;
  }
} else writeFileSync(LOCK, mended);
