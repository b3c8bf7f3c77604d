import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyReply } from 'fastify';
import type { Answer } from '../reads.ts';

/** A client that takes nothing for so long is given up, ms. */
const READER_MS = 30_000;
const JSON_TYPE = 'application/json; charset=utf-8';

/** Resolves when the system has taken the bytes; rejects when the client has gone. */
function written(response: ServerResponse, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    response.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

async function writeAll(response: ServerResponse, { first, rest }: Answer): Promise<void> {
  await written(response, first);
  for await (const piece of rest ?? []) await written(response, piece);
  response.end();
}

/**
 * Sends an answer as its reader takes it, a piece at a time: the next one is asked for when the system has taken the
 * last. Should the rest fail, the connection breaks off, so that no client takes half an answer for a whole one.
 */
export async function sendAnswer(reply: FastifyReply, answer: Answer): Promise<FastifyReply> {
  if (!answer.rest) {
    const { buffer, byteOffset, byteLength } = answer.first;
    return reply.type(JSON_TYPE).send(Buffer.from(buffer, byteOffset, byteLength));
  }
  reply.hijack();
  const response = reply.raw;
  response.setTimeout(READER_MS, () => response.destroy());
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) response.setHeader(name, value);
  }
  response.writeHead(200, { 'content-type': JSON_TYPE, 'cache-control': 'no-store' });
  const gone = once(response, 'close').then(() => {
    throw new Error('the client has gone');
  });
  try {
    await Promise.race([writeAll(response, answer), gone]);
  } catch {
    // Either end failed: nobody can be told any more.
    response.destroy();
    await answer.rest[Symbol.asyncIterator]().return?.();
  }
  return reply;
}
