import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import * as z from 'zod';
import { CodedError, fault, type Language } from '../../domain/faults.ts';
import { parsePeriod, periodId, type ReportPeriod } from '../../domain/report/period.ts';
import { instant } from '../../domain/time.ts';
import { mayChange } from '../change-guard.ts';
import type { DashboardReads } from '../reads.ts';
import { languageOf } from '../replies.ts';
import type { ReportDesk, ReportPage } from '../report-desk.ts';
import type { ReportEntriesView } from '../report-views.ts';
import { localIso } from '../site-day.ts';

const MAX_BYTES = 1_000_000;
const MAX_ENTRIES = 200;
const FORM = '?period=2026-07&format=html&lang=ja';

const period = z.string().transform((text, context): ReportPeriod => {
  const found = parsePeriod(/^20\d\d$/.test(text) ? `fy${text}` : text);
  if (found) return found;
  context.addIssue({ code: 'custom', message: 'period' });
  return z.NEVER;
});
const lang = z.enum(['ja', 'en']).optional();
const reportQuery = z.strictObject({
  period,
  format: z.enum(['html', 'csv', 'json']).optional(),
  encoding: z.enum(['utf-8', 'shift_jis']).optional(),
  lang,
});
const cellQuery = z.strictObject({ period, cell: z.string().min(1).max(200), lang });
const hourQuery = z.strictObject({
  meter: z.string().min(1).max(40),
  channel: z.string().min(1).max(40),
  hour: z.string().min(1).max(40),
  lang,
});
const entryQuery = z.strictObject({
  by: z.string().trim().min(1).max(100),
  name: z.string().trim().min(1).max(200).optional(),
});

function checked<T>(schema: z.ZodType<T>, query: unknown): T {
  const result = schema.safeParse(query);
  if (result.success) return result.data;
  const field = result.error.issues[0]?.path.join('.') || 'query';
  throw new CodedError(fault('query-invalid', { field: field.slice(0, 60), reason: FORM }));
}

const languageFor = (request: FastifyRequest, wanted: Language | undefined): Language =>
  wanted ?? languageOf(request.headers['accept-language'], 'ja');

/** A page of its own: no script, its one style sheet by its hash, nothing from elsewhere. */
function sendPage(reply: FastifyReply, page: ReportPage): FastifyReply {
  return reply
    .header(
      'content-security-policy',
      `default-src 'none';style-src '${page.styleHash}';base-uri 'none';form-action 'none';frame-ancestors 'none'`,
    )
    .header('cache-control', 'no-store')
    .type('text/html; charset=utf-8')
    .send(page.html);
}

function attached(reply: FastifyReply, name: string): FastifyReply {
  return reply
    .header('content-disposition', `attachment; filename="${name}"`)
    .header('cache-control', 'no-store');
}

function readRoutes(server: FastifyInstance, desk: ReportDesk): void {
  server.get('/api/v1/report', async (request, reply) => {
    const {
      period: wanted,
      format = 'json',
      encoding = 'utf-8',
      lang: own,
    } = checked(reportQuery, request.query);
    const language = languageFor(request, own);
    const name = `hakaru-${periodId(wanted)}`;
    if (format === 'html') return sendPage(reply, await desk.html(wanted, language));
    if (format === 'csv') {
      const bytes = await desk.csv(wanted, language, encoding);
      return attached(reply, `${name}.csv`).type(`text/csv; charset=${encoding}`).send(Buffer.from(bytes));
    }
    return reply.type('application/json; charset=utf-8').send(await desk.json(wanted));
  });
  server.get('/report', async (request, reply) => {
    const { period: wanted, lang: own } = checked(reportQuery, request.query);
    return sendPage(reply, await desk.html(wanted, languageFor(request, own)));
  });
  server.get('/report/cell', async (request, reply) => {
    const { period: wanted, cell, lang: own } = checked(cellQuery, request.query);
    return sendPage(reply, await desk.explain(wanted, cell, languageFor(request, own)));
  });
  server.get('/report/hour', async (request, reply) => {
    const { meter, channel, hour, lang: own } = checked(hourQuery, request.query);
    return sendPage(reply, await desk.hour(meter, channel, hour, languageFor(request, own)));
  });
}

/**
 * GET /api/v1/report?period&format&encoding&lang → the report as JSON, CSV or HTML. GET /report, /report/cell and
 * /report/hour → pages without scripts. GET /api/v1/report/entries → ReportEntriesView.
 * POST /api/v1/report/entries?by&name ← CSV, all of it or nothing; from this page on this machine only.
 */
export async function reportRoutes(
  server: FastifyInstance,
  desk: ReportDesk,
  { reads, host }: { readonly reads: DashboardReads; readonly host: string },
): Promise<void> {
  readRoutes(server, desk);
  server.get('/api/v1/report/entries', (): ReportEntriesView => {
    const zone = reads.site().timezone;
    return {
      ...desk.forms(),
      entries: desk.entries(MAX_ENTRIES).map(({ no, entry, withdrawn, saidAtMs, by, source, replacedBy }) => {
        const { kind, ...what } = entry;
        const values = Object.values(what).filter((value) => value !== null);
        return {
          no,
          kind,
          what: values.join(' '),
          withdrawn,
          at: localIso(instant(saidAtMs), zone),
          by,
          source,
          replacedBy,
        };
      }),
    };
  });
  await server.register(async (own) => {
    own.addContentTypeParser(
      'application/octet-stream',
      { parseAs: 'buffer', bodyLimit: MAX_BYTES },
      (_request, body, next) => next(null, body),
    );
    own.addHook('onRequest', async (request) => mayChange(request, host));
    own.post('/api/v1/report/entries', { bodyLimit: MAX_BYTES }, async (request) => {
      const { by, name } = checked(entryQuery, request.query);
      const { body } = request;
      if (!(body instanceof Uint8Array) || body.byteLength === 0)
        throw new CodedError(fault('query-invalid', { field: 'body', reason: 'CSV' }));
      return { taken: desk.enter(body, by, name ?? 'page') };
    });
  });
}
