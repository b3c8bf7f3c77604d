/**
 * Demand notices by HTTPS POST of JSON. One connection a try; redirects are not followed; plain http goes to private
 * addresses only, whatever a name resolves to at that moment.
 *
 * With a secret each message is signed: `x-hakaru-signature: t=<epoch ms>,v1=<hex>`, where v1 is the HMAC-SHA256 of
 * `<t>.<body>`. `x-hakaru-notice` names the notice: whoever gets it twice has it once.
 */
import { createHmac } from 'node:crypto';
import { lookup as lookupName } from 'node:dns';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { isPrivateAddress } from '../../domain/demand/private-address.ts';
import { type Fault, fault } from '../../domain/faults.ts';

export interface WebhookOptions {
  /** https://…, or http://… to a private address. */
  readonly url: string;
  readonly secret: string | null;
  /** PEM of the only authorities to trust; null for those of Node. */
  readonly ca: string | null;
  /** For the whole of one try, ms. */
  readonly timeoutMs: number;
}

export interface WebhookMessage {
  /** The same for each try of one notice. */
  readonly id: string;
  readonly body: string;
  /** Epoch ms, signed with the body so that nobody can say it again later. */
  readonly atMs: number;
}

/** What may be printed of an address: a query may hold a token. */
function shown(url: string): string {
  const { origin, pathname } = new URL(url);
  return `${origin}${pathname}`;
}

export function signature({ body, atMs }: WebhookMessage, secret: string): string {
  return `t=${atMs},v1=${createHmac('sha256', secret).update(`${atMs}.${body}`).digest('hex')}`;
}

class NotPrivate extends Error {}

/** Resolves as usual, and refuses what lies outside of the site's networks. */
const privateLookup: LookupFunction = (hostname, options, callback) => {
  lookupName(hostname, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '');
    const outside = found.find(({ address }) => !isPrivateAddress(address));
    const [first] = found;
    if (outside || !first)
      return callback(
        new NotPrivate(`plain http to ${outside?.address ?? hostname}, which is not private`),
        '',
      );
    if (options.all === true) return callback(null, found);
    return callback(null, first.address, first.family);
  });
};

/** Settles always, within the time limit. @returns null when the receiver took it (2xx) */
export function postWebhook(
  options: WebhookOptions,
  message: WebhookMessage,
  signal?: AbortSignal,
): Promise<Fault | null> {
  const url = new URL(options.url);
  const isPlain = url.protocol === 'http:';
  const failed = (reason: string): Fault => fault('webhook-failed', { url: shown(options.url), reason });
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isPlain && isIP(host) !== 0 && !isPrivateAddress(host))
    return Promise.resolve(failed(`plain http to ${host}, which is not private`));
  const body = Buffer.from(message.body, 'utf8');
  const headers: Record<string, string | number> = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.byteLength,
    'user-agent': 'hakaru',
    'x-hakaru-notice': message.id,
    ...(options.secret === null ? {} : { 'x-hakaru-signature': signature(message, options.secret) }),
  };
  const settings = {
    method: 'POST',
    agent: false,
    headers,
    ...(isPlain ? { lookup: privateLookup } : {}),
    ...(options.ca === null ? {} : { ca: options.ca }),
  } as const;
  return new Promise((resolve) => {
    const settle = (outcome: Fault | null): void => {
      clearTimeout(deadline);
      signal?.removeEventListener('abort', stop);
      resolve(outcome);
      request.destroy();
    };
    const stop = (): void => settle(failed('the gateway ends'));
    const request = isPlain ? httpRequest(url, settings) : httpsRequest(url, settings);
    const deadline = setTimeout(
      () => settle(failed(`no answer within ${options.timeoutMs} ms`)),
      options.timeoutMs,
    );
    if (signal?.aborted) return settle(failed('the gateway ends'));
    signal?.addEventListener('abort', stop);
    request.on('error', (error) => settle(failed(error.message)));
    request.on('response', ({ statusCode = 0 }) => {
      // The head alone decides; nobody needs the rest.
      const isTaken = statusCode >= 200 && statusCode < 300;
      settle(isTaken ? null : failed(`the server answered ${statusCode}`));
    });
    request.end(body);
  });
}
