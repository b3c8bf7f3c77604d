/**
 * OCCTO's reserve margins: one CSV for today and tomorrow, at an address that holds both dates. Each day it is another
 * address, so no validator is kept.
 */
import type { CoefficientSource } from '../../domain/ports.ts';
import { type HttpsSourceOptions, httpsSource } from './https-source.ts';

export interface OcctoSourceOptions extends HttpsSourceOptions {
  /** JST dates, `2026-11-21`: the first and the last to ask for. */
  readonly days: () => { readonly from: string; readonly to: string };
}

/** The address with its dates as OCCTO writes them, `2026/11/21`. */
export function addressFor(
  url: string,
  { from, to }: { readonly from: string; readonly to: string },
): string {
  const written = (date: string): string => date.replaceAll('-', '/');
  return url.replaceAll('{from}', written(from)).replaceAll('{to}', written(to));
}

export function occtoSource(options: OcctoSourceOptions): CoefficientSource {
  const { origin, pathname } = new URL(options.url);
  return {
    name: `OCCTO ${origin}${decodeURI(pathname)}`,
    kind: 'occto',
    async fetch(known) {
      const url = addressFor(options.url, options.days());
      return httpsSource({ ...options, url }).fetch({ ...known, etag: null });
    },
  };
}
