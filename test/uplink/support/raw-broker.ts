/**
 * A broker of a few bytes: it answers CONNECT, PUBLISH, PINGREQ and SUBSCRIBE from the octets of MQTT 3.1.1 and 5,
 * and does what the test tells it. It shares no code with the gateway or its library.
 */
import { createServer, type Socket } from 'node:net';

export interface SeenPublish {
  readonly connection: number;
  readonly topic: string;
  readonly payload: string;
  readonly packetId: number;
  readonly dup: boolean;
}

export interface RawBrokerOptions {
  /** `ack`, `ignore`, `drop` the connection, or a reason code of PUBACK (MQTT 5). */
  readonly onPublish?: (seen: SeenPublish) => 'ack' | 'ignore' | 'drop' | number;
  /** CONNACK bytes for a CONNECT of this protocol level; null: close; undefined: success. */
  readonly onConnect?: (protocolLevel: number) => Buffer | null | undefined;
  /** Properties of a successful MQTT 5 CONNACK. */
  readonly properties?: Buffer;
  /** Hangs up this long after each success of CONNECT, milliseconds. */
  readonly hangUpAfterConnectMs?: number;
  readonly ignorePings?: boolean;
  /** Sent before that. */
  readonly farewell?: Buffer;
  /** Milliseconds before each PUBACK. */
  readonly ackDelayMs?: number;
}

export interface RawBroker {
  readonly port: number;
  readonly publishes: SeenPublish[];
  /** Protocol level of each CONNECT. */
  readonly connects: number[];
  /** Most publishes that were unanswered on one connection at any time. */
  readonly mostUnanswered: () => number;
  /** Connections that are open now. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

export async function startRawBroker(options: RawBrokerOptions = {}): Promise<RawBroker> {
  const publishes: SeenPublish[] = [];
  const connects: number[] = [];
  const sockets = new Set<Socket>();
  let mostUnanswered = 0;
  const server = createServer((socket) => {
    sockets.add(socket);
    const connection = connects.length;
    let level = 4;
    let unanswered = 0;
    let buffered: Buffer = Buffer.alloc(0);
    const onPacket = (first: number, body: Buffer): void => {
      const type = first >> 4;
      if (type === 1) {
        level = body[2 + body.readUInt16BE(0)] ?? 0;
        connects.push(level);
        const answer = options.onConnect?.(level);
        if (answer === null) return void socket.destroy();
        const properties = options.properties ?? Buffer.alloc(0);
        const success =
          level === 5
            ? packet(0x20, Buffer.from([0, 0, properties.length, ...properties]))
            : packet(0x20, Buffer.from([0, 0]));
        socket.write(answer ?? success);
        if (answer === undefined && options.hangUpAfterConnectMs !== undefined) {
          setTimeout(() => socket.end(options.farewell ?? Buffer.alloc(0)), options.hangUpAfterConnectMs);
        }
      } else if (type === 3 && (first & 6) !== 0) {
        const seen = { connection, ...parsePublish(first, body, level) };
        publishes.push(seen);
        unanswered += 1;
        mostUnanswered = Math.max(mostUnanswered, unanswered);
        const verdict = options.onPublish?.(seen) ?? 'ack';
        if (verdict === 'drop') return void socket.destroy();
        if (verdict === 'ignore') return;
        const id = [seen.packetId >> 8, seen.packetId & 0xff];
        const puback = packet(0x40, Buffer.from(verdict === 'ack' ? id : [...id, verdict, 0]));
        const answer = (): void => {
          unanswered -= 1;
          if (!socket.destroyed) socket.write(puback);
        };
        if (options.ackDelayMs === undefined) answer();
        else setTimeout(answer, options.ackDelayMs);
      } else if (type === 12 && options.ignorePings !== true) {
        socket.write(packet(0xd0, Buffer.alloc(0)));
      }
    };
    socket.on('data', (bytes) => {
      buffered = Buffer.concat([buffered, bytes]);
      for (let next = takePacket(buffered); next !== null; next = takePacket(buffered)) {
        buffered = next.rest;
        onPacket(next.first, next.body);
        if (socket.destroyed) return;
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    publishes,
    connects,
    mostUnanswered: () => mostUnanswered,
    open: () => sockets.size,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function packet(first: number, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from([first, body.length]), body]);
}

function takePacket(bytes: Buffer): { first: number; body: Buffer; rest: Buffer } | null {
  let length = 0;
  for (let index = 1; index < Math.min(bytes.length, 5); index += 1) {
    const octet = bytes[index]!;
    length += (octet & 0x7f) * 128 ** (index - 1);
    if (octet < 0x80) {
      const end = index + 1 + length;
      return bytes.length < end
        ? null
        : { first: bytes[0]!, body: bytes.subarray(index + 1, end), rest: bytes.subarray(end) };
    }
  }
  return null;
}

function parsePublish(first: number, body: Buffer, level: number): Omit<SeenPublish, 'connection'> {
  const topicEnd = 2 + body.readUInt16BE(0);
  // Properties of the messages in these tests are shorter than 128 bytes, so their length is one octet.
  const payloadStart = topicEnd + 2 + (level === 5 ? 1 + (body[topicEnd + 2] ?? 0) : 0);
  return {
    topic: body.toString('utf8', 2, topicEnd),
    packetId: body.readUInt16BE(topicEnd),
    payload: body.toString('utf8', payloadStart),
    dup: (first & 8) !== 0,
  };
}
