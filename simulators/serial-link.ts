/** Ways to reach an RTU bus: a pseudo terminal made by socat, or RTU frames over TCP. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { closeServer, listenOnLoopback } from './loopback.ts';
import type { RtuBus } from './rtu-bus.ts';
import type { BytePort } from './wire.ts';

/** socat is ready within some 10 ms; a loaded machine gets this long. */
const START_DEADLINE_MS = 10_000;
/** socat writes a screenful at start; more is not kept. */
const MAX_MESSAGE_CHARACTERS = 4_000;

export interface Unavailable {
  readonly kind: 'unavailable';
  /** A plain sentence: socat is not installed, or what it said. */
  readonly reason: string;
}

export interface PtyPair {
  readonly kind: 'pty-pair';
  readonly pathA: string;
  readonly pathB: string;
  readonly pid: number;
  /** Ends this pair's own socat: both devices go away, as when an adapter is pulled out. */
  close(): Promise<void>;
}

export interface PtyLink {
  readonly kind: 'pty';
  /** What a master opens, like /dev/ttyUSB0. */
  readonly path: string;
  readonly pid: number;
  close(): Promise<void>;
}

export interface TcpLink {
  readonly kind: 'rtu-over-tcp';
  readonly port: number;
  /** Masters connected now. */
  connections(): number;
  close(): Promise<void>;
}

/**
 * Two pseudo terminals tied together: what is written to one is read from the other. A pty does not pace bytes and
 * has no parity.
 * @param options.directory where the links `a` and `b` are made; a fresh directory (removed on close) when left out.
 *   Naming it lets a test pull out an adapter and put it back under the same path.
 */
export async function startPtyPair(
  options: { readonly directory?: string } = {},
): Promise<PtyPair | Unavailable> {
  const place = await linkDirectory(options.directory);
  const pathA = join(place.directory, 'a');
  const pathB = join(place.directory, 'b');
  const started = await startSocat([ptyAddress(pathA), ptyAddress(pathB)]);
  if (started.kind === 'unavailable') {
    await place.remove();
    return started;
  }
  const { child, pid } = started;
  return {
    kind: 'pty-pair',
    pathA,
    pathB,
    pid,
    async close() {
      await endChild(child);
      await place.remove();
    },
  };
}

/**
 * Puts the bus behind a pseudo terminal. socat ends by itself when this process dies, because the bus talks to it
 * over its standard streams.
 */
export async function servePty(
  bus: RtuBus,
  options: { readonly directory?: string } = {},
): Promise<PtyLink | Unavailable> {
  const place = await linkDirectory(options.directory);
  const path = join(place.directory, 'rs485');
  const started = await startSocat([ptyAddress(path), 'STDIO']);
  if (started.kind === 'unavailable') {
    await place.remove();
    return started;
  }
  const { child, pid } = started;
  // The pipe breaks when socat ends first; its exit is what counts.
  child.stdin.on('error', () => undefined);
  bus.attach({
    write: (bytes) => void child.stdin.write(bytes),
    onData: (receive) => void child.stdout.on('data', receive),
  });
  return {
    kind: 'pty',
    path,
    pid,
    async close() {
      await endChild(child);
      await place.remove();
    },
  };
}

/** Puts the bus behind a TCP port as a plain serial server does: RTU frames with CRC, each answer to who asked. */
export async function serveRtuOverTcp(
  bus: RtuBus,
  options: { readonly port?: number } = {},
): Promise<TcpLink> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    // A master that goes away is no matter; `close` follows.
    socket.on('error', () => undefined);
    bus.attach(socketPort(socket));
  });
  const port = await listenOnLoopback(server, options.port ?? 0);
  return {
    kind: 'rtu-over-tcp',
    port,
    connections: () => sockets.size,
    close: () => closeServer(server, sockets),
  };
}

function socketPort(socket: Socket): BytePort {
  return {
    write: (bytes) => {
      if (!socket.destroyed) socket.write(bytes);
    },
    onData: (receive) => void socket.on('data', receive),
  };
}

async function linkDirectory(
  wanted: string | undefined,
): Promise<{ directory: string; remove: () => Promise<void> }> {
  if (wanted !== undefined) return { directory: wanted, remove: async () => undefined };
  const directory = await mkdtemp(join(tmpdir(), 'hakaru-pty-'));
  return { directory, remove: () => rm(directory, { recursive: true, force: true }) };
}

function ptyAddress(link: string): string {
  return `pty,raw,echo=0,link=${link}`;
}

type Started =
  | { readonly kind: 'running'; readonly child: ChildProcessWithoutNullStreams; readonly pid: number }
  | Unavailable;

function startSocat(addresses: readonly string[]): Promise<Started> {
  return new Promise((resolve) => {
    const child = spawn('socat', ['-d', '-d', ...addresses], { stdio: ['pipe', 'pipe', 'pipe'] });
    let said = '';
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      resolve({ kind: 'unavailable', reason: `socat was not ready within ${START_DEADLINE_MS} ms: ${said}` });
    }, START_DEADLINE_MS);
    const settle = (result: Started): void => {
      clearTimeout(deadline);
      resolve(result);
    };
    child.on('error', (error) => {
      settle({ kind: 'unavailable', reason: `socat cannot be started (is it installed?): ${error.message}` });
    });
    child.on('exit', (code) => settle({ kind: 'unavailable', reason: `socat ended with ${code}: ${said}` }));
    child.stderr.on('data', (text: Buffer) => {
      if (said.length < MAX_MESSAGE_CHARACTERS) said += text.toString();
      // Printed when both addresses are open: the links exist from then on.
      if (said.includes('starting data transfer loop'))
        settle({ kind: 'running', child, pid: child.pid ?? 0 });
    });
  });
}

async function endChild(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  await ended;
}
