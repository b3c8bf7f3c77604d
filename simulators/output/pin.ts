/** A GPIO output as its wire sees it, driven by the stand-in for gpioset. */
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Pin {
  /** A program to be run as gpioset of this major. */
  program(major: 1 | 2): string;
  /** What it was set to, in order. */
  levels(): readonly ('high' | 'low')[];
  /** The process that holds it; null when nobody does. */
  holder(): number | null;
  remove(): void;
}

export function openPin(): Pin {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-pin-'));
  const path = join(folder, 'pin');
  const lines = (): string[][] =>
    existsSync(path)
      ? readFileSync(path, 'utf8')
          .split('\n')
          .filter((line) => line !== '')
          .map((line) => line.split(' '))
      : [];
  return {
    program(major) {
      const file = join(folder, `gpioset-${major}`);
      const script = fileURLToPath(new URL('./gpioset.ts', import.meta.url));
      const env = `FAKE_GPIO_PIN='${path}' FAKE_GPIO_MAJOR=${major}`;
      writeFileSync(file, `#!/bin/sh\n${env} exec '${process.execPath}' '${script}' "$@"\n`);
      chmodSync(file, 0o755);
      return file;
    },
    levels: () => lines().flatMap(([sign, , level]) => (sign === '+' ? [level as 'high' | 'low'] : [])),
    holder() {
      const last = lines().at(-1);
      const pid = last?.[0] === '+' ? Number(last[1]) : null;
      return pid !== null && existsSync(`/proc/${pid}`) ? pid : null;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
