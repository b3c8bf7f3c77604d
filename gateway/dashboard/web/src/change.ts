/** What changes something goes to the gateway as bytes, with the mark that no other site can set (change-guard.ts). */
import type { ErrorView } from '../../views.ts';
import { language } from './state.ts';

const REQUEST_TIMEOUT_MS = 20_000;

export type Sent<Answer> =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; readonly message: string };

/** @throws where no answer comes, or none that is JSON */
export async function send<Answer>(
  path: string,
  query: Readonly<Record<string, string>>,
  body: BodyInit,
): Promise<Sent<Answer>> {
  const response = await fetch(`${path}?${new URLSearchParams(query)}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/octet-stream',
      'x-hakaru-change': '1',
      'accept-language': language.value,
    },
    body,
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  const said = (await response.json()) as Answer & ErrorView;
  return response.ok ? { ok: true, answer: said } : { ok: false, message: said.message };
}
