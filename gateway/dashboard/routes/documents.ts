import type { FastifyInstance, FastifyRequest } from 'fastify';
import * as z from 'zod';
import type { Coefficient } from '../../domain/coefficients/types.ts';
import { CodedError, fault } from '../../domain/faults.ts';
import { clockOf, type MarginDay, percentText } from '../../domain/margins/types.ts';
import { formatMicro, toMicro } from '../../domain/rational.ts';
import type { DayChange, Preview } from '../../domain/sources/change.ts';
import { type EpochMs, instant } from '../../domain/time.ts';
import { mayChange } from '../change-guard.ts';
import type { DocumentDesk, SourcesRead } from '../document-desk.ts';
import type {
  BroughtView,
  DayChangeView,
  HourSaysView,
  MarginView,
  PreviewView,
  SourcesView,
} from '../document-views.ts';
import { parseNoQuery } from '../queries.ts';
import type { DashboardReads } from '../reads.ts';
import { faultView } from '../render.ts';
import { localIso } from '../site-day.ts';

const MAX_BYTES = 1_000_000;
const MAX_DAYS = 400;

const query = z.strictObject({
  name: z.string().trim().min(1).max(200),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
});

function asked(request: FastifyRequest): {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: Uint8Array;
} {
  const parsed = query.safeParse(request.query);
  if (!parsed.success)
    throw new CodedError(
      fault('query-invalid', { field: 'name, sha256', reason: 'a file name and a SHA-256' }),
    );
  const bytes = request.body;
  if (!(bytes instanceof Uint8Array) || bytes.byteLength === 0)
    throw new CodedError(fault('query-invalid', { field: 'body', reason: 'no file' }));
  return { name: parsed.data.name, sha256: parsed.data.sha256 ?? '', bytes };
}

function marginView(day: MarginDay): Omit<MarginView, 'receivedAt'> {
  const { date, lowestTenThousandths: lowest, lowestEndMinute: minute } = day;
  return {
    date,
    lowestPercent: lowest === null ? null : percentText(lowest),
    halfHourUntil: minute === null ? null : clockOf(minute),
  };
}

export function sourcesView(read: SourcesRead, zone: string): SourcesView {
  const iso = (ms: EpochMs | null | undefined) => (ms == null ? null : localIso(ms, zone));
  return {
    state: read.cover?.state ?? null,
    confirmedUntil: iso(read.cover?.endsMs),
    sources: read.sources.map(({ name, kind, said }) => ({
      name,
      kind,
      askedAt: iso(said?.askedAtMs),
      outcome: said?.outcome ?? null,
      goodAt: iso(said?.goodAtMs),
      fault: faultView(said?.fault ?? null),
    })),
    received: read.received.map((row) => ({
      at: localIso(row.lastAtMs, zone),
      source: row.source,
      item: row.item,
      outcome: row.outcome,
      says: row.says,
      sha256: row.sha256,
      bytes: row.size,
      times: row.times,
      fault: faultView(row.fault),
    })),
    margins: read.margins.map((margin) => ({
      ...marginView(margin),
      receivedAt: localIso(margin.receivedAtMs, zone),
    })),
  };
}

function saysView({
  class: name,
  mjPerKwh,
  confirmed,
}: Pick<Coefficient, 'class' | 'mjPerKwh' | 'confirmed'>): HourSaysView {
  return {
    class: name,
    mjPerKwh: mjPerKwh === null ? null : Number(formatMicro(toMicro(mjPerKwh))),
    confirmed,
  };
}

function dayView({ date, changes }: DayChange): DayChangeView {
  return {
    date,
    changes: changes.map(({ fromHour, toHour, before, after }) => ({
      from: fromHour,
      to: toHour,
      before: saysView(before),
      after: saysView(after),
    })),
  };
}

function previewView(preview: Preview, zone: string): PreviewView {
  const { sha256 } = preview;
  if (preview.kind === 'margins') return { kind: 'margins', sha256, days: preview.days.map(marginView) };
  const { document, arrival, applies, isWhole, days } = preview;
  return {
    kind: 'document',
    sha256,
    document: document.document,
    revision: document.revision,
    area: document.area,
    issuedAt: localIso(instant(document.issuedAt), zone),
    source: document.source,
    arrival,
    applies,
    isWhole,
    days: days.slice(0, MAX_DAYS).map(dayView),
    daysThatChange: days.length,
  };
}

/**
 * GET /api/v1/documents → SourcesView. POST /api/v1/documents/preview?name → PreviewView: what a file would change;
 * nothing is changed. POST /api/v1/documents?name&sha256 → BroughtView: it is applied, as it was looked at. Both take
 * the file as it is (application/octet-stream, at most 1 MB) and are open to this page on this machine only.
 */
export async function documentRoutes(
  server: FastifyInstance,
  desk: DocumentDesk,
  { reads, host }: { readonly reads: DashboardReads; readonly host: string },
): Promise<void> {
  const zone = (): string => reads.site().timezone;
  server.get('/api/v1/documents', (request): SourcesView => {
    parseNoQuery(request.query);
    return sourcesView(desk.sources(reads.now()), zone());
  });
  await server.register(async (own) => {
    own.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: MAX_BYTES },
      (_request, body, done) => done(null, body),
    );
    own.addHook('onRequest', async (request) => mayChange(request, host));
    own.post('/api/v1/documents/preview', { bodyLimit: MAX_BYTES }, async (request): Promise<PreviewView> => {
      const { bytes, name } = asked(request);
      return previewView(desk.preview(bytes, name), zone());
    });
    own.post('/api/v1/documents', { bodyLimit: MAX_BYTES }, async (request): Promise<BroughtView> => {
      const { bytes, name, sha256 } = asked(request);
      const { outcome, hours } = desk.apply(bytes, name, sha256);
      return { outcome, hours };
    });
  });
}
