import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadSite } from '../../config/load-site.ts';
import type { LineConfig, SiteConfig } from '../../config/types.ts';
import type { DemoFactory } from '../../simulators/demo-factory.ts';

export interface DemoAddresses {
  readonly tcpPort: number;
  readonly serial: DemoFactory['serial'];
}

export interface DemoSiteOptions {
  readonly brokerUrl: string | null;
  readonly ruleSet?: string;
  readonly intervalMs?: number;
  readonly coefficients?: { readonly url: string; readonly caPem: string; readonly folder: string };
}

/** The demo's site file with the addresses of a factory that runs now. */
export function demoSite({ tcpPort, serial }: DemoAddresses, options: DemoSiteOptions): SiteConfig {
  const { site } = loadSite(new URL('../../config/sites/demo.yaml', import.meta.url).pathname);
  const lines = site.lines.map((line): LineConfig => {
    if (line.kind === 'modbus-tcp') return { ...line, host: '127.0.0.1', port: tcpPort };
    if (line.kind === 'gpio') return line;
    const { id, baudRate, parity, stopBits } = line;
    return serial.kind === 'pty'
      ? { id, kind: 'modbus-rtu', port: serial.path, baudRate, parity, stopBits }
      : { id, kind: 'modbus-rtu-over-tcp', host: '127.0.0.1', port: serial.port, baudRate, parity, stopBits };
  });
  const { coefficients, brokerUrl, intervalMs } = options;
  const caFile = coefficients ? join(coefficients.folder, 'ca.pem') : null;
  if (coefficients && caFile) writeFileSync(caFile, coefficients.caPem);
  return {
    ...site,
    lines,
    meters: site.meters.map((meter) => ({ ...meter, intervalMs: intervalMs ?? meter.intervalMs })),
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
      download: coefficients
        ? { url: coefficients.url, schedule: '5 18 * * *', caFile, timeoutMs: 5_000, maxBytes: 1_000_000 }
        : null,
    },
  };
}
