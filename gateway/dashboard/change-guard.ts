/**
 * Who may change something through the page. There is no sign-in, so only who sits at the gateway itself: the dashboard
 * listens on loopback (a tunnel counts as that). And only its own page: another one that is open in the same browser
 * can send requests too, but neither with this header nor with this origin.
 */
import type { FastifyRequest } from 'fastify';
import { CodedError, fault } from '../domain/faults.ts';
import { isLoopback } from './host-guard.ts';

/** A header that a browser lets a foreign page send only after asking us, and we never say yes. */
export const CHANGE_HEADER = 'x-hakaru-change';

/** @throws CodedError change-needs-sign-in, change-from-elsewhere */
export function mayChange(request: FastifyRequest, listening: string): void {
  if (!isLoopback(listening)) throw new CodedError(fault('change-needs-sign-in'));
  const { origin, host, 'sec-fetch-site': site } = request.headers;
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  const isSame = site === undefined || site === 'same-origin';
  if (request.headers[CHANGE_HEADER] !== '1' || !isOwn || !isSame)
    throw new CodedError(fault('change-from-elsewhere'));
}
