import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.ts';

/** A mosquitto of our own on a free loopback port, with its files in a folder that `remove` deletes. */
export interface Mosquitto {
  readonly port: number;
  readonly folder: string;
  readonly start: () => Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  readonly kill: () => Promise<void>;
  readonly remove: () => Promise<void>;
}

/** `settings`: lines of mosquitto.conf after the listener; {folder} stands for the broker's folder. */
export async function createMosquitto(
  settings: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-mosquitto-'));
  const port = await freePort();
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const user = process.getuid?.() === 0 ? ['user root'] : [];
  const lines = ['per_listener_settings false', ...user, `listener ${port} 127.0.0.1`, ...settings];
  writeFileSync(join(folder, 'mosquitto.conf'), `${lines.join('\n').replaceAll('{folder}', folder)}\n`);
  let child: ChildProcess | null = null;

  const kill = async (): Promise<void> => {
    const running = child;
    child = null;
    if (running === null || running.exitCode !== null || running.signalCode !== null) return;
    const gone = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGKILL');
    await gone;
  };
  return {
    port,
    folder,
    async start() {
      const started = spawn('/usr/sbin/mosquitto', ['-c', join(folder, 'mosquitto.conf')], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let said = '';
      started.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
      started.once('error', (error) => (said += error.message));
      child = started;
      await eventually(
        () => accepts(port),
        () => `mosquitto on ${port}: ${said}`,
      );
    },
    kill,
    async remove() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A port that nothing listens on just now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === 'object'
          ? resolve(address.port)
          : reject(new Error('no port')),
      );
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });
}
