import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSite } from '../../config/load-site.ts';
import type { CoefficientSourcesConfig, LineConfig, SiteConfig } from '../../config/types.ts';
import type { DemoFactory } from '../../simulators/demo-factory.ts';

export interface DemoAddresses {
  readonly tcpPort: number;
  readonly serial: DemoFactory['serial'];
  /** A program in the place of gpiomon: with it comes the whole factory. */
  readonly gpiomon?: string;
}

export interface DemoSiteOptions {
  readonly brokerUrl: string | null;
  readonly ruleSet?: string;
  readonly intervalMs?: number;
  /** More sources of coefficients, or others. */
  readonly sources?: Partial<CoefficientSourcesConfig>;
  readonly coefficients?: { readonly url: string; readonly caPem: string; readonly folder: string };
}

const ASKING = { schedule: '5 18 * * *', spreadMs: 0, timeoutMs: 5_000, maxBytes: 1_000_000 } as const;

/** Of the whole factory these are enough for a story, and quickly read. */
const ENOUGH: ReadonlySet<string> = new Set(['main', 'press', 'compressor', 'furnace', 'gas']);

/** Five meters of the demo's site file, or all of them, with the addresses of a factory that runs now. */
export function demoSite({ tcpPort, serial, gpiomon }: DemoAddresses, options: DemoSiteOptions): SiteConfig {
  const { site } = loadSite(new URL('../../config/sites/demo.yaml', import.meta.url).pathname);
  const lines = site.lines.flatMap((line): LineConfig[] => {
    if (line.kind === 'modbus-tcp') return [{ ...line, host: '127.0.0.1', port: tcpPort }];
    if (line.kind === 'gpio') return gpiomon === undefined ? [] : [{ ...line, gpiomon }];
    const { id, baudRate, parity, stopBits } = line;
    const wire = { id, baudRate, parity, stopBits };
    return serial.kind === 'pty'
      ? [{ ...wire, kind: 'modbus-rtu', port: serial.path }]
      : [{ ...wire, kind: 'modbus-rtu-over-tcp', host: '127.0.0.1', port: serial.port }];
  });
  const meters = site.meters.filter(({ id }) => gpiomon !== undefined || ENOUGH.has(id));
  const { coefficients, brokerUrl, intervalMs } = options;
  const caFile = coefficients ? join(coefficients.folder, 'ca.pem') : null;
  if (coefficients && caFile) writeFileSync(caFile, coefficients.caPem);
  return {
    ...site,
    lines,
    meters: meters.map((meter) => ({ ...meter, intervalMs: intervalMs ?? meter.intervalMs })),
    demand: site.demand.filter(({ channels }) =>
      channels.every(({ meter }) => meters.some(({ id }) => id === meter)),
    ),
    mqtt:
      brokerUrl === null
        ? null
        : {
            url: brokerUrl,
            clientId: 'hakaru-under-test',
            username: null,
            password: null,
            caFile: null,
            certFile: null,
            keyFile: null,
            window: 50,
            publishTimeoutMs: 5_000,
            liveIntervalMs: 1_000,
          },
    coefficients: {
      ruleSet: options.ruleSet ?? null,
      methods: [],
      downloads: coefficients ? [{ ...ASKING, url: coefficients.url, caFile }] : [],
      topic: null,
      folder: null,
      occto: null,
      tomorrowByMinute: 19 * 60,
      ...options.sources,
    },
  };
}
