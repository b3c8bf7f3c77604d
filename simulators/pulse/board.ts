/**
 * A board with contacts: the electrical side of a GPIO chip. Whoever watches an input (gpiomon-worker.ts, over a socket) is
 * told its edges with time stamps of the machine's steady clock; what happens while nobody watches is told to nobody.
 * The truth is what the contacts did.
 */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Edge } from './contact.ts';
import { type FromBoard, type Marked, onLines, type Request } from './wire.ts';

export interface Watcher extends Request {
  /** The real end of it, as when somebody kills it. */
  kill(signal?: NodeJS.Signals): void;
  /** Makes it write this. */
  say(text: string): void;
}

export interface PulseBoard {
  /** A program to be run as gpiomon of this major. */
  program(major: 1 | 2, options?: { readonly version?: string }): string;
  /** Who watches now. */
  watchers(): readonly Watcher[];
  /** Gives the edges of one input to who watches it. */
  edges(offset: number, list: readonly Edge[]): void;
  /** Resolves when everything given so far lies in the pipes of who watches. */
  told(): Promise<void>;
  /** Another program holds these lines: nobody gets them. null: free again. */
  refuse(reason: string | null): void;
  close(): Promise<void>;
}

export interface BoardOptions {
  /** Names of the chip's lines by offset. */
  readonly names?: Readonly<Record<number, string>>;
}

export async function startPulseBoard(options: BoardOptions = {}): Promise<PulseBoard> {
  const folder = mkdtempSync(join(tmpdir(), 'hakaru-gpio-'));
  const path = join(folder, 'board.sock');
  const names = new Map(Object.entries(options.names ?? {}).map(([offset, name]) => [name, Number(offset)]));
  const nameOf = (offset: number): string | null => options.names?.[offset] ?? null;
  const watching = new Map<Socket, { request: Request; offsets: readonly number[] }>();
  let refusal: string | null = null;
  const send = (socket: Socket, message: FromBoard): void =>
    void socket.write(`${JSON.stringify(message)}\n`);

  function admit(socket: Socket, request: Request): void {
    const offsets = request.inputs.map(
      (input) => names.get(input) ?? (/^\d+$/.test(input) ? Number(input) : -1),
    );
    const held = new Set([...watching.values()].flatMap((other) => other.offsets));
    if (refusal !== null) return send(socket, { kind: 'refused', reason: refusal });
    if (offsets.includes(-1)) return send(socket, { kind: 'refused', reason: 'No such file or directory' });
    if (offsets.some((offset) => held.has(offset)))
      return send(socket, { kind: 'refused', reason: 'Device or resource busy' });
    watching.set(socket, { request, offsets });
    send(socket, { kind: 'granted', offsets, names: offsets.map(nameOf) });
  }

  let marks = 0;
  const unanswered = new Map<Socket, Map<number, () => void>>();

  function told(socket: Socket): Promise<void> {
    const waiting = unanswered.get(socket) ?? new Map<number, () => void>();
    unanswered.set(socket, waiting);
    marks += 1;
    const mark = marks;
    return new Promise((resolve) => {
      waiting.set(mark, resolve);
      send(socket, { kind: 'mark', mark });
    });
  }

  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('close', () => {
      watching.delete(socket);
      for (const resolve of unanswered.get(socket)?.values() ?? []) resolve();
      unanswered.delete(socket);
    });
    onLines(socket, (line) => {
      const message = JSON.parse(line) as Request | Marked;
      if ('pid' in message) return admit(socket, message);
      unanswered.get(socket)?.get(message.mark)?.();
      unanswered.get(socket)?.delete(message.mark);
    });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  let programs = 0;

  return {
    program(major, { version } = {}) {
      programs += 1;
      const file = join(folder, `gpiomon-${programs}`);
      const script = fileURLToPath(new URL('./gpiomon-worker.ts', import.meta.url));
      const env = [`FAKE_GPIO_BOARD=${path}`, `FAKE_GPIO_MAJOR=${major}`];
      if (version !== undefined) env.push(`FAKE_GPIO_VERSION='${version}'`);
      writeFileSync(file, `#!/bin/sh\n${env.join(' ')} exec '${process.execPath}' '${script}' "$@"\n`);
      chmodSync(file, 0o755);
      return file;
    },
    watchers: () =>
      [...watching].map(([socket, { request }]) => ({
        ...request,
        kill: (signal = 'SIGKILL') => void process.kill(request.pid, signal),
        say: (text) => send(socket, { kind: 'text', text }),
      })),
    edges(offset, list) {
      for (const [socket, { offsets }] of watching) {
        if (!offsets.includes(offset)) continue;
        send(socket, { kind: 'edges', list: list.map(({ high, ns }) => [offset, high ? 1 : 0, String(ns)]) });
      }
    },
    told: async () => void (await Promise.all([...watching.keys()].map(told))),
    refuse: (reason) => void (refusal = reason),
    async close() {
      for (const socket of watching.keys()) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
