/** Coefficient documents: the bytes as received, what was understood, and which revision is in force. */

import type { HeldDocument } from '../domain/coefficients/documents.ts';
import type { CoefficientDocument, GridArea } from '../domain/coefficients/types.ts';
import type { EpochMs } from '../domain/time.ts';
import type { Db } from './database.ts';
import { toInstant } from './rows.ts';

export interface DocumentRow {
  readonly parsed: CoefficientDocument;
  readonly receivedAtMs: EpochMs;
  readonly source: string;
  readonly sha256: string;
  readonly inForce: boolean;
}

interface DocumentColumns {
  readonly received_at_ms: bigint;
  readonly source: string;
  readonly sha256: string;
  readonly parsed: string;
  readonly in_force: bigint;
}

function toDocument(row: DocumentColumns): DocumentRow {
  return {
    parsed: JSON.parse(row.parsed) as CoefficientDocument,
    receivedAtMs: toInstant(row.received_at_ms),
    source: row.source,
    sha256: row.sha256,
    inForce: row.in_force === 1n,
  };
}

export function documentRows(db: Db) {
  const held = db.prepare<[string, string], DocumentColumns>(
    'SELECT * FROM document WHERE area = ? AND document = ? AND in_force = 1',
  );
  const retire = db.prepare('UPDATE document SET in_force = 0 WHERE area = ? AND document = ?');
  const insert = db.prepare(
    `INSERT INTO document (area, document, revision, received_at_ms, source, sha256, bytes, parsed, in_force)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1)`,
  );
  const namesInForce = db.prepare<[string], { id: bigint; sha256: string }>(
    'SELECT id, sha256 FROM document WHERE area = ? AND in_force = 1 ORDER BY id',
  );
  const one = db.prepare<[bigint], DocumentColumns>('SELECT * FROM document WHERE id = ?');
  const all = db.prepare<[], DocumentColumns>('SELECT * FROM document ORDER BY id');
  const etag = db.prepare<[string], { etag: string | null; checked_at_ms: bigint }>(
    'SELECT * FROM download WHERE source = ?',
  );
  const putEtag = db.prepare(
    `INSERT INTO download (source, etag, checked_at_ms) VALUES (?, ?, ?)
     ON CONFLICT (source) DO UPDATE SET etag = excluded.etag, checked_at_ms = excluded.checked_at_ms`,
  );
  /**
   * What the documents in force say, of the area asked for last. A row never changes what it says, so its id and the
   * hash of its bytes name it for good, whoever writes.
   */
  let known = {
    name: '',
    documents: new Map<string, CoefficientDocument>(),
    list: [] as readonly CoefficientDocument[],
  };

  function documentsInForce(area: GridArea): readonly CoefficientDocument[] {
    const rows = namesInForce.all(area).map(({ id, sha256 }) => ({ id, key: `${id}/${sha256}` }));
    const name = `${area}:${rows.map(({ key }) => key).join()}`;
    if (name !== known.name) {
      const documents = new Map(
        rows.map(({ id, key }) => {
          const document = known.documents.get(key);
          return [key, document ?? toDocument(one.get(id) as DocumentColumns).parsed];
        }),
      );
      known = { name, documents, list: [...documents.values()] };
    }
    return known.list;
  }

  return {
    held(area: GridArea, document: string): (HeldDocument & { readonly parsed: CoefficientDocument }) | null {
      const row = held.get(area, document);
      if (!row) return null;
      const { parsed, sha256 } = toDocument(row);
      return { parsed, revision: parsed.revision, digest: sha256 };
    },
    /** Takes the place of every earlier revision of the same document. */
    putInForce(
      document: CoefficientDocument,
      received: { bytes: Uint8Array; source: string; sha256: string; atMs: EpochMs },
    ): void {
      retire.run(document.area, document.document);
      insert.run(
        document.area,
        document.document,
        document.revision,
        received.atMs,
        received.source,
        received.sha256,
        Buffer.from(received.bytes),
        JSON.stringify(document),
      );
    },
    /** In the order they came. The same list as long as nothing has changed. */
    inForce: documentsInForce,
    all: (): DocumentRow[] => all.all().map(toDocument),
    download(source: string): { etag: string | null; checkedAtMs: EpochMs } | null {
      const row = etag.get(source);
      return row ? { etag: row.etag, checkedAtMs: toInstant(row.checked_at_ms) } : null;
    },
    putDownload: (source: string, tag: string | null, atMs: EpochMs): void =>
      void putEtag.run(source, tag, atMs),
  };
}
