/** The wire goes away and comes back: a real pty under a socat that is killed and started again, and back-off. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type LineEvent, openLine } from '../../drivers/modbus/line.ts';
import { DELAY_LIMIT_MS, STALE_AFTER_READS } from '../../drivers/modbus/wire-keeper.ts';
import { fault } from '../../gateway/domain/faults.ts';
import type { LineDriver, MeterPoll } from '../../gateway/domain/ports.ts';
import { rtuAnswer } from './support/frames.ts';
import { CLOCK, meter, quickTiming, RTU_LINE, rtuOverTcpLine, tcpLine } from './support/lines.ts';
import { createScriptedWire } from './support/wires.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

function opened(line: LineDriver): LineDriver {
  closers.push(() => line.close());
  return line;
}

async function poll(line: LineDriver): Promise<MeterPoll> {
  const result = await line.meters[0]?.poll();
  if (!result) throw new Error('no meter');
  return result;
}

const code = async (line: LineDriver): Promise<string | null> => (await poll(line)).fault?.code ?? null;
const eventually = { timeout: 20_000, interval: 50 };

/** A slave on a pty: socat hands the bytes to this process over its standard streams. */
function startSlave(link: string): ChildProcess {
  const child = spawn('socat', [`pty,raw,echo=0,link=${link}`, 'STDIO'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.stdin.on('error', () => undefined);
  child.stdout.on('data', (bytes: Buffer) => {
    if (bytes.length === 8) child.stdin.write(rtuAnswer(bytes, 3));
  });
  closers.push(() => child.kill('SIGKILL'));
  return child;
}

describe('an adapter', () => {
  it('that is pulled out and put back is used again, without a restart', { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'hakaru-unplug-'));
    closers.push(() => rmSync(folder, { recursive: true }));
    const port = join(folder, 'rs485');
    const events: LineEvent[] = [];
    const line = opened(
      openLine({ ...RTU_LINE, port, baudRate: 115_200 }, [meter('m', 1)], {
        clock: CLOCK,
        log: (event) => void events.push(event),
      }),
    );
    expect(await code(line)).toBe('port-missing');

    const first = startSlave(port);
    await vi.waitFor(async () => expect(await code(line)).toBeNull(), eventually);
    first.kill('SIGKILL');
    await vi.waitFor(async () => expect(await code(line)).toBe('port-missing'), eventually);
    startSlave(port);
    await vi.waitFor(async () => expect(await code(line)).toBeNull(), eventually);
    expect((await poll(line)).registers[0]?.raw.count).toBe(0x0003_0003n);
    expect(events.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['opened', 'lost', 'opened']));
  });

  it('that may not be opened, or is no serial port, says so', async () => {
    const directory = opened(openLine({ ...RTU_LINE, port: tmpdir() }, [meter('m', 1)], { clock: CLOCK }));
    expect(await code(directory)).toBe('port-failed');
    const wire = createScriptedWire();
    wire.willOpen(fault('port-denied', { line: 'rs485', port: '/dev/ttyUSB0' }));
    expect(await code(opened(openLine(RTU_LINE, [meter('m', 1)], { clock: CLOCK, wire })))).toBe(
      'port-denied',
    );
  });

  it('that went silent without a word is closed and opened anew', async () => {
    let nowMs = 0;
    let deaf = true;
    const wire = createScriptedWire((request, say) => {
      if (!deaf) say(rtuAnswer(request, 1));
    });
    const deps = { clock: CLOCK, wire, timing: quickTiming(5), nowMs: () => nowMs };
    const line = opened(openLine(RTU_LINE, [meter('m', 1)], deps));
    while (wire.opened() < 2 && nowMs < 100_000) {
      await poll(line);
      nowMs += 1_000;
    }
    expect(wire.opened()).toBe(2);
    expect(wire.requests.length).toBeGreaterThanOrEqual(STALE_AFTER_READS);
    expect(nowMs).toBeLessThanOrEqual(40_000);
    deaf = false;
    const heardMs = nowMs;
    while ((await code(line)) !== null) nowMs += 1_000;
    expect(nowMs - heardMs).toBeLessThanOrEqual(60_000);
  });
});

describe('a wire that cannot be opened', () => {
  it('is tried again with growing, bounded delays', async () => {
    let nowMs = 0;
    const wire = createScriptedWire();
    const missing = fault('port-missing', { line: 'rs485', port: '/dev/ttyUSB0' });
    wire.willOpen(...Array.from({ length: 1_000 }, () => missing));
    const line = opened(openLine(RTU_LINE, [meter('m', 1)], { clock: CLOCK, wire, nowMs: () => nowMs }));
    const tries: number[] = [];
    for (let known = 0; nowMs < 100_000; nowMs += 50) {
      expect(await code(line)).toBe('port-missing');
      if (wire.opened() > known) tries.push(nowMs);
      known = wire.opened();
    }
    const gaps = tries.slice(1).map((at, i) => at - (tries[i] ?? 0));
    expect(gaps.slice(0, 4)).toEqual([250, 500, 1_000, 2_000]);
    expect(Math.max(...gaps)).toBe(DELAY_LIMIT_MS);
  });
});

describe('a socket', () => {
  async function listen(onConnection: (socket: Socket) => void, port = 0): Promise<Server> {
    const server = createServer(onConnection);
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
    });
    closers.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return server;
  }
  const portOf = (server: Server): number => (server.address() as { port: number }).port;

  it('nobody listens on is refused with a sentence, and used when somebody does', {
    timeout: 30_000,
  }, async () => {
    const server = await listen(() => undefined);
    const port = portOf(server);
    await new Promise((resolve) => server.close(resolve));
    const line = opened(openLine(tcpLine(port), [meter('m', 1)], { clock: CLOCK }));
    expect((await poll(line)).fault).toMatchObject({
      code: 'connection-refused',
      about: { reason: 'ECONNREFUSED' },
    });
    await listen((socket) => {
      socket.on('data', (request) => {
        const [high = 0, low = 0] = request;
        socket.write(Buffer.from([high, low, 0, 0, 0, 7, 1, 3, 4, 0, 0, 0, 9]));
      });
    }, port);
    await vi.waitFor(async () => expect(await code(line)).toBeNull(), eventually);
  });

  it('that is cut in the middle of a poll costs that try only', async () => {
    let connections = 0;
    const server = await listen((socket) => {
      const first = ++connections === 1;
      socket.on('data', (request) => {
        if (first) socket.destroy();
        else socket.write(rtuAnswer(request, 2));
      });
    });
    const line = opened(openLine(rtuOverTcpLine(portOf(server)), [meter('m', 1)], { clock: CLOCK }));
    expect(await code(line)).toBeNull();
    expect(connections).toBe(2);
  });
});

describe('closing a line', () => {
  it('ends polls under way and later ones with a fault, at once', async () => {
    const wire = createScriptedWire();
    const timing = quickTiming(60_000);
    const line = openLine(RTU_LINE, [meter('a', 1), meter('b', 2)], { clock: CLOCK, wire, timing });
    const polls = line.meters.map((one) => one.poll());
    await vi.waitFor(() => expect(wire.requests).toHaveLength(1), eventually);
    await line.close();
    expect((await Promise.all(polls)).map(({ fault: one }) => one?.code)).toEqual([
      'driver-closed',
      'driver-closed',
    ]);
    expect(await code(line)).toBe('driver-closed');
    expect(wire.isOpen()).toBe(false);
  });
});
