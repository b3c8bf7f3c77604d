/**
 * The program as it is installed: a folder that needs Node.js 24 and nothing else. `npm run bundle` builds the page and
 * then runs this; `--arch arm64|x64` (default: this machine's) chooses the native parts, `--out DIR` (default: dist) the
 * folder, which is emptied first.
 *
 *     hakaru.mjs, *.mjs      all JavaScript: the command, one part per lazily loaded module, the same for each worker
 *     native/*.node          the prebuilt binaries of better-sqlite3 and serialport
 *     config/, gateway/      data files, each where its source file looks for it
 *     package.json, licenses.txt
 */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, type Metafile, type Plugin } from 'esbuild';
import { licensesOf } from './licenses.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export const ARCHS = ['arm64', 'x64'] as const;
export type Arch = (typeof ARCHS)[number];

/** Files that the program reads at run time, from the root of the repository; they keep their place. */
const DATA = [
  'config/meter-types',
  'config/rule-sets',
  'config/margins',
  'config/factors',
  'config/report-factors',
  'config/sites',
  'gateway/store/migrations',
  'LICENSE',
] as const;
/** The built page, and its place in the bundle. */
const PAGE = 'gateway/dashboard/web/dist';

interface Native {
  readonly name: string;
  /** The file of the package that looks for the binary; it is replaced. */
  readonly loader: RegExp;
  readonly replacedBy: string;
  readonly binary: Readonly<Record<Arch, string>>;
}

/** glibc only: Debian and its like. */
const NATIVES: readonly Native[] = [
  {
    name: 'better-sqlite3',
    loader: /\/better-sqlite3\/lib\/binding\.js$/,
    replacedBy: "exports.getBinding = () => require('./native/better-sqlite3.node');",
    binary: {
      arm64: 'node_modules/better-sqlite3/prebuilds/linux-arm64.node',
      x64: 'node_modules/better-sqlite3/prebuilds/linux-x64.node',
    },
  },
  {
    name: 'serialport',
    loader: /\/@serialport\/bindings-cpp\/dist\/serialport-bindings\.js$/,
    replacedBy: "exports.binding = require('./native/serialport.node');",
    binary: {
      arm64:
        'node_modules/@serialport/bindings-cpp/prebuilds/linux-arm64/@serialport+bindings-cpp.armv8.glibc.node',
      x64: 'node_modules/@serialport/bindings-cpp/prebuilds/linux-x64/@serialport+bindings-cpp.glibc.node',
    },
  },
];

const natives: Plugin = {
  name: 'natives',
  setup(on) {
    on.onResolve({ filter: /\/native\/[\w-]+\.node$/ }, ({ path }) => ({ path, external: true }));
    for (const { loader, replacedBy } of NATIVES)
      on.onLoad({ filter: loader }, () => ({ contents: replacedBy, loader: 'js' }));
  },
};

/**
 * Source files find their data files and workers by `import.meta`. All parts of the bundle lie in its root, so a
 * source file's place is said relative to that; a worker `x-worker.ts` becomes the part `x-worker.mjs`.
 */
const places: Plugin = {
  name: 'places',
  setup(on) {
    on.onLoad({ filter: /\.ts$/ }, ({ path }) => {
      const from = relative(ROOT, path);
      if (from.startsWith('node_modules/')) return null;
      const contents = readFileSync(path, 'utf8')
        .replace(
          /new URL\('[^']*?([\w-]+-worker)\.ts', import\.meta\.url\)/g,
          "new URL('./$1.mjs', IMPORT_META_URL)",
        )
        .replaceAll('import.meta.url', `new URL('./${from}', IMPORT_META_URL).href`)
        .replaceAll('import.meta.dirname', `(import.meta.dirname + '/${dirname(from)}')`)
        .replaceAll('IMPORT_META_URL', 'import.meta.url');
      return { contents, loader: 'ts' };
    });
  },
};

/**
 * An ES import of one of Node's modules makes a facade of all its exports, and to fill it in calls every getter of
 * the module: that of `node:http` loads the whole of fetch and WebSocket (14 MB, 50 ms). `require` does not.
 */
const nodeModules: Plugin = {
  name: 'node-modules',
  setup(on) {
    on.onResolve({ filter: /./ }, ({ path, kind }) =>
      kind === 'import-statement' && isBuiltin(path) ? { path, namespace: 'required' } : null,
    );
    on.onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = require('${path}');`,
      loader: 'js',
    }));
  },
};

/** zod brings its messages in 50 languages; ours are our own. */
const leanZod: Plugin = {
  name: 'lean-zod',
  setup(on) {
    on.onLoad({ filter: /\/zod\/v4\/locales\/index\.js$/ }, () => ({ contents: 'export {};', loader: 'js' }));
  },
};

/** Every file of the product that is started in a thread or process of its own: `*-worker.ts`. */
function workers(): string[] {
  return ['gateway', 'drivers', 'simulators'].flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('-worker.ts'))
      .map((name) => join(ROOT, room, name)),
  );
}

/**
 * What one thread begins with. Each has chunks of its own: shared ones would be many small files, and a thread loads
 * no faster what another has loaded.
 */
async function compileEntry(entry: string, out: string): Promise<Metafile> {
  const { metafile } = await build({
    entryPoints: [entry],
    outdir: out,
    entryNames: '[name]',
    chunkNames: '[name]-[hash]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: 'none',
    metafile: true,
    absWorkingDir: ROOT,
    logLevel: 'warning',
    plugins: [natives, places, nodeModules, leanZod],
    // Packages in CommonJS ask for Node's modules by `require`.
    banner: {
      js: "const require = process.getBuiltinModule('node:module').createRequire(import.meta.url);",
    },
  });
  return metafile;
}

/** @returns every file that went into it, from the root of the repository */
async function compile(out: string): Promise<Set<string>> {
  const inputs = new Set<string>();
  for (const entry of [join(ROOT, 'gateway/hakaru.mjs'), ...workers()]) {
    const metafile = await compileEntry(entry, out);
    for (const path of Object.keys(metafile.inputs)) inputs.add(path);
  }
  return inputs;
}

export interface BundleOptions {
  /** Emptied first. */
  readonly out: string;
  readonly arch: Arch;
  /** Folder of the built page; where `npm run build` puts it when left out. */
  readonly page?: string;
}

/** @throws Error when the page has not been built, or a package has no binary for this processor */
export async function bundle({ out, arch, page = join(ROOT, PAGE) }: BundleOptions): Promise<void> {
  if (!existsSync(join(page, 'index.html')))
    throw new Error('The page is not built: run npm run build first.');
  rmSync(out, { recursive: true, force: true });
  mkdirSync(join(out, 'native'), { recursive: true });
  const inputs = await compile(out);
  for (const path of DATA) cpSync(join(ROOT, path), join(out, path), { recursive: true });
  cpSync(page, join(out, PAGE), { recursive: true });
  for (const { name, binary } of NATIVES)
    cpSync(join(ROOT, binary[arch]), join(out, 'native', `${name}.node`));
  writeFileSync(join(out, 'package.json'), packageFile(arch));
  writeFileSync(join(out, 'licenses.txt'), licensesOf(ROOT, [...inputs]));
}

function packageFile(arch: Arch): string {
  const { name, version, description, license, engines } = JSON.parse(
    readFileSync(join(ROOT, 'package.json'), 'utf8'),
  ) as Readonly<Record<string, unknown>>;
  const about = { name, version, description, license, private: true, type: 'module', engines };
  return `${JSON.stringify({ ...about, bin: 'hakaru.mjs', os: ['linux'], cpu: [arch] }, null, 2)}\n`;
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { arch: { type: 'string', default: process.arch }, out: { type: 'string', default: 'dist' } },
  });
  const arch = ARCHS.find((one) => one === values.arch);
  if (arch) {
    await bundle({ out: resolve(ROOT, values.out), arch });
    process.stdout.write(`${values.out}: hakaru for linux-${arch}\n`);
  } else {
    process.stderr.write(`--arch ${values.arch}: write one of ${ARCHS.join(', ')}.\n`);
    process.exitCode = 2;
  }
}
