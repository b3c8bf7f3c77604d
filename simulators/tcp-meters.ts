/**
 * Modbus TCP meters behind one port, as a gateway or a switchboard offers them: any number of units, any number of
 * connections, requests of one connection answered in order unless a fault says otherwise.
 */
import { createServer, type Socket } from 'node:net';
import { type Transmission, transmissions } from './answer.ts';
import { exceptionPdu, type SimDevice } from './devices/device.ts';
import type { DrawnFault, FaultPlan } from './faults.ts';
import { closeServer, listenOnLoopback } from './loopback.ts';

const HEADER_BYTES = 7;
/** Unit and PDU: 1 + 253 bytes (Modbus Application Protocol V1.1b3, 4.1). */
const MAX_LENGTH_FIELD = 254;
/** "Gateway target device failed to respond." */
const TARGET_SILENT = 0x0b;
/** Answers on their way over all connections; more requests are not answered. */
const MAX_WAITING = 4_096;

export interface TcpMetersOptions {
  readonly devices: readonly SimDevice[];
  readonly now: () => number;
  /** 0 (any free one) when left out. */
  readonly port?: number;
  readonly faults?: FaultPlan;
  /** Real ms before an answer. */
  readonly responseMs?: number;
  /** What a request for a unit that is not here gets; exception 0x0B when left out. */
  readonly unknownUnit?: 'exception' | 'silent';
}

export interface TcpMetersStats {
  requests: number;
  connectionsSeen: number;
  /** Connections ended because what came was no Modbus TCP. */
  protocolErrors: number;
  dropped: number;
}

export interface TcpMeters {
  readonly port: number;
  readonly stats: Readonly<TcpMetersStats>;
  connections(): number;
  setResponseMs(ms: number): void;
  /** Cuts every connection, as a switch that restarts. */
  dropConnections(): void;
  close(): Promise<void>;
}

export async function startTcpMeters(options: TcpMetersOptions): Promise<TcpMeters> {
  const { devices, faults = null } = options;
  const byUnit = new Map(devices.map((device) => [device.unit, device]));
  const sockets = new Set<Socket>();
  const timers = new Set<NodeJS.Timeout>();
  const stats: TcpMetersStats = { requests: 0, connectionsSeen: 0, protocolErrors: 0, dropped: 0 };
  let responseMs = options.responseMs ?? 0;

  const send = (socket: Socket, part: Transmission): void => {
    const delayMs = responseMs + part.delayMs;
    if (delayMs === 0) socket.write(part.bytes);
    else if (timers.size >= MAX_WAITING) stats.dropped++;
    else {
      const timer = setTimeout(() => {
        timers.delete(timer);
        if (!socket.destroyed) socket.write(part.bytes);
      }, delayMs);
      timers.add(timer);
    }
  };

  const answer = (socket: Socket, request: Uint8Array): void => {
    stats.requests++;
    const device = byUnit.get(request[6] ?? 0);
    if (!device) {
      if (options.unknownUnit !== 'silent') send(socket, { bytes: targetSilent(request), delayMs: 0 });
      return;
    }
    const drawn = faults?.draw(device.unit) ?? null;
    const transaction = transactionOf(request);
    const answerId = drawn?.name === 'wrong-transaction' ? otherTransaction(transaction, drawn) : transaction;
    const others = devices.filter((other) => other !== device);
    const pdu = request.slice(HEADER_BYTES);
    const parts = transmissions(device, others, pdu, options.now(), drawn, faults, {
      request,
      frame: (from, body) => tcpFrame(answerId, from, body),
    });
    if (drawn?.name === 'cut') cutWithin(socket, parts[0], drawn);
    else for (const part of parts) send(socket, part);
  };

  const server = createServer((socket) => {
    stats.connectionsSeen++;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('close', () => sockets.delete(socket));
    // A master that goes away is no matter; `close` follows.
    socket.on('error', () => undefined);
    receiveRequests(
      socket,
      (request) => answer(socket, request),
      () => stats.protocolErrors++,
    );
  });
  const port = await listenOnLoopback(server, options.port ?? 0);
  return {
    port,
    stats,
    connections: () => sockets.size,
    setResponseMs(ms) {
      responseMs = ms;
    },
    dropConnections() {
      for (const socket of sockets) socket.destroy();
    },
    async close() {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
      await closeServer(server, sockets);
    },
  };
}

/** Cuts the stream into MBAP frames; ends the connection at the first bytes that can be none. */
function receiveRequests(
  socket: Socket,
  onRequest: (request: Uint8Array) => void,
  onProtocolError: () => void,
): void {
  let buffer = Buffer.alloc(0);
  socket.on('data', (bytes: Buffer) => {
    buffer = Buffer.concat([buffer, bytes]);
    while (buffer.length >= HEADER_BYTES && !socket.destroyed) {
      const length = buffer.readUInt16BE(4);
      if (buffer.readUInt16BE(2) !== 0 || length < 2 || length > MAX_LENGTH_FIELD) {
        onProtocolError();
        socket.destroy();
        return;
      }
      if (buffer.length < 6 + length) return;
      const request = Uint8Array.from(buffer.subarray(0, 6 + length));
      buffer = buffer.subarray(6 + length);
      onRequest(request);
    }
  });
}

/** MBAP header (transaction, protocol 0, length of what follows, unit) and PDU. */
function tcpFrame(transaction: number, unit: number, pdu: Uint8Array): Uint8Array {
  const length = pdu.length + 1;
  return Uint8Array.of(transaction >> 8, transaction & 0xff, 0, 0, length >> 8, length & 0xff, unit, ...pdu);
}

function transactionOf(request: Uint8Array): number {
  return ((request[0] ?? 0) << 8) | (request[1] ?? 0);
}

function targetSilent(request: Uint8Array): Uint8Array {
  const pdu = exceptionPdu(request[HEADER_BYTES] ?? 0, TARGET_SILENT);
  return tcpFrame(transactionOf(request), request[6] ?? 0, pdu);
}

function cutWithin(socket: Socket, part: Transmission | undefined, drawn: DrawnFault): void {
  const whole = part?.bytes ?? new Uint8Array();
  socket.write(whole.slice(0, Math.floor(drawn.random() * whole.length)), () => socket.destroy());
}

/** Often the one before: what a late answer would carry. */
function otherTransaction(transaction: number, drawn: DrawnFault): number {
  if (drawn.random() < 0.5) return (transaction - 1) & 0xffff;
  return (transaction + 1 + Math.floor(drawn.random() * 0xfffe)) & 0xffff;
}
