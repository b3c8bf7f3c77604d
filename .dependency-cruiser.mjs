/**
 * Who may import whom: the table of docs/architecture.md, as rules. A room may import its own files, the rooms, the
 * npm packages and the Node modules it names here, and nothing else. test/house/rooms.test.ts proves that each rule
 * bites. `import type` counts like any import, unless a room is named under `types`.
 */

/** @type {Readonly<Record<string, { path: string, rooms?: string[], types?: string[], packages?: string[], core?: string }>>} */
export const ROOMS = {
  // Pure: no I/O, no clock, no randomness.
  domain: { path: '^gateway/domain/', core: '^$' },
  config: {
    path: '^config/',
    rooms: ['domain'],
    packages: ['zod', 'yaml', 'csv-parse'],
    core: '^(path|fs)$',
  },
  drivers: {
    path: '^drivers/',
    rooms: ['domain'],
    types: ['config'],
    packages: ['modbus-serial', 'serialport'],
    core: '.',
  },
  store: { path: '^gateway/store/', rooms: ['domain'], packages: ['better-sqlite3'], core: '^(path|fs)$' },
  // Ports are injected; hashing is arithmetic.
  stages: { path: '^gateway/stages/', rooms: ['domain', 'store'], core: '^crypto$' },
  uplink: { path: '^gateway/uplink/', rooms: ['domain'], packages: ['mqtt', 'zod', 'nodemailer'], core: '.' },
  dashboard: {
    path: '^gateway/dashboard/(?!web/)',
    rooms: ['domain'],
    // Reads through the store it is given; it cannot open one.
    types: ['store', 'config'],
    packages: ['fastify', '@fastify/helmet', '@fastify/rate-limit', '@fastify/static', 'zod'],
    core: '.',
  },
  // Runs in the browser; what it knows of the server is the shape of its answers.
  web: {
    path: '^gateway/dashboard/web/',
    types: ['dashboard', 'domain'],
    packages: ['preact', '@preact/signals', '@preact/preset-vite', 'vite'],
    core: '^$',
  },
  // Reads secrets for the broker: of uplink and config it knows types only.
  platform: {
    path: '^gateway/platform/',
    rooms: ['domain'],
    types: ['config', 'uplink'],
    packages: ['@holiday-jp/holiday_jp', 'node-cron', 'pino', 'temporal-polyfill'],
    core: '.',
  },
  // Makes and prints reports out of a store it is given.
  report: {
    path: '^gateway/report/',
    rooms: ['domain', 'store', 'stages'],
    packages: ['csv-stringify', 'iconv-lite', 'zod'],
    core: '^(crypto|timers/promises)$',
  },
  commands: {
    path: '^gateway/commands/',
    rooms: [
      'root',
      'domain',
      'config',
      'drivers',
      'store',
      'stages',
      'report',
      'uplink',
      'dashboard',
      'platform',
      'simulators',
    ],
    packages: ['temporal-polyfill', 'csv-stringify', 'string-width'],
    core: '.',
  },
  root: {
    path: '^gateway/[^/]+\\.(ts|mjs)$',
    rooms: [
      'commands',
      'domain',
      'config',
      'drivers',
      'store',
      'stages',
      'report',
      'uplink',
      'dashboard',
      'platform',
    ],
    packages: ['commander'],
    core: '.',
  },
  // They share no code with the drivers: a common decoder would hide its own bugs.
  simulators: {
    path: '^simulators/',
    types: ['domain'],
    packages: ['serialport', 'aedes', 'selfsigned'],
    core: '.',
  },
  ci: { path: '^\\.ci/', rooms: ['domain', 'config', 'report', 'uplink'], packages: ['esbuild'], core: '.' },
  test: { path: '^test/' },
};

const SOURCE = '^(gateway|config|drivers|simulators|test|\\.ci)/';
const NPM = ['npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown', 'npm-bundled'];

const pathsOf = (names = []) => names.map((name) => ROOMS[name].path);
const packagePath = (name) => `^node_modules/${name}(/|$)`;

/** The rules of one room; a room that may import everything has none. */
function rulesOf([name, room]) {
  if (name === 'test') return [];
  const from = { path: room.path };
  const own = [room.path, ...pathsOf(room.rooms)];
  const types = pathsOf(room.types);
  const rules = [
    {
      name: `${name}-rooms`,
      comment: `${name} may import ${['itself', ...(room.rooms ?? []), ...(room.types ?? []).map((type) => `types of ${type}`)].join(', ')}`,
      from,
      to: { path: SOURCE, pathNot: [...own, ...types] },
    },
    {
      name: `${name}-packages`,
      comment: `${name} may import ${room.packages?.join(', ') ?? 'no package'}`,
      from,
      to: { dependencyTypes: NPM, pathNot: (room.packages ?? []).map(packagePath) },
    },
  ];
  if (types.length > 0) {
    rules.push({
      name: `${name}-types-only`,
      comment: `of ${room.types.join(' and ')}, ${name} may import types only`,
      from,
      to: { path: types, pathNot: own, dependencyTypesNot: ['type-only'] },
    });
  }
  if (room.core !== '.') {
    rules.push({
      name: `${name}-core`,
      comment: `Node modules that ${name} may import: ${room.core}`,
      from,
      to: { dependencyTypes: ['core'], pathNot: room.core },
    });
  }
  return rules;
}

/** Finer than a room: one file, or one of two. */
const FINER = [
  {
    name: 'config-types-file-only',
    comment: 'whoever may know the types of config knows config/types.ts and nothing else',
    from: { path: ['^drivers/', '^gateway/platform/', '^gateway/dashboard/'] },
    to: { path: '^config/', pathNot: '^config/types\\.ts$' },
  },
  {
    name: 'cron-in-one-file',
    comment: 'node-cron is for errands, never for time slots: gateway/platform/schedule.ts alone knows it',
    from: { path: SOURCE, pathNot: ['^gateway/platform/schedule\\.ts$', '^test/'] },
    to: { path: packagePath('node-cron') },
  },
  {
    name: 'holidays-in-one-file',
    comment:
      'its own isHoliday asks the zone of the machine: gateway/platform/japanese-holidays.ts alone knows it',
    from: { path: SOURCE, pathNot: ['^gateway/platform/japanese-holidays\\.ts$', '^test/'] },
    to: { path: packagePath('@holiday-jp/holiday_jp') },
  },
  {
    name: 'simulators-not-in-the-gateway',
    comment:
      'the gateway itself runs without the simulators: only the commands demo (with demo-polling) and simulate start them',
    from: { path: '^gateway/', pathNot: '^gateway/commands/(demo|demo-polling|simulate)\\.ts$' },
    to: { path: '^simulators/' },
  },
  {
    name: 'no-drivers-in-the-ledgers-thread',
    comment:
      'serialport must stay in the main thread (it aborts the process in a worker): what the worker begins with knows types of drivers and of polling only; bus-budget.ts is arithmetic',
    from: { path: '^gateway/(gateway-worker|keeper|gateway|parts)\\.ts$' },
    to: {
      path: ['^drivers/', '^gateway/polling(-host)?\\.ts$'],
      pathNot: '^drivers/modbus/bus-budget\\.ts$',
      dependencyTypesNot: ['type-only'],
    },
  },
  {
    name: 'nothing-imports-test',
    from: { pathNot: '^test/' },
    to: { path: '^test/' },
  },
  {
    name: 'test-packages',
    comment: 'what is not in package.json is not there on another machine',
    from: { path: '^test/' },
    to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
  },
  {
    name: 'no-dev-package-in-the-product',
    comment: 'a gateway is installed without devDependencies; the page is built before',
    from: {
      path: ['^gateway/', '^config/', '^drivers/', '^simulators/'],
      pathNot: '^gateway/dashboard/web/',
    },
    to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'every-file-has-a-room',
    comment: 'a new folder needs a line in the table first',
    from: { path: SOURCE, pathNot: Object.values(ROOMS).map((room) => room.path) },
    to: {},
  },
  {
    name: 'no-cycles',
    from: {},
    to: { circular: true },
  },
  {
    name: 'resolvable',
    comment: 'an import that leads nowhere escapes every other rule',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-orphans',
    comment: 'a file that nobody imports is dead, or is started by its address and belongs in this list',
    from: {
      orphan: true,
      path: '^(gateway|config|drivers|simulators)/',
      pathNot: ['^drivers/modbus/gap-worker\\.ts$', '/vite\\.config\\.ts$', '\\.d\\.ts$'],
    },
    to: {},
  },
];

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [...Object.entries(ROOMS).flatMap(rulesOf), ...FINER].map((rule) => ({
    severity: 'error',
    ...rule,
  })),
  options: {
    // TypeScript 7 has no compiler API that dependency-cruiser knows; swc reads the files as written, types included.
    parser: 'swc',
    tsPreCompilationDeps: true,
    moduleSystems: ['es6', 'cjs'],
    doNotFollow: { path: '^node_modules/' },
    exclude: { path: '(/|^)(dist|generated)/' },
    extraExtensionsToScan: ['.css'],
    combinedDependencies: false,
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types', 'typings'],
    },
  },
};
