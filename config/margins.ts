/** Where reserve margins are published and what could make a day tight: config/margins, dated and sourced data. */
import { join } from 'node:path';
import * as z from 'zod';
import type { Publication } from '../gateway/domain/margins/tight.ts';
import { type DataFile, loadFolder, readDataText } from './data-files.ts';
import { strict } from './fields.ts';

export const MARGINS_FOLDER = join(import.meta.dirname, 'margins');

const words = z.string().trim().min(1).max(2000);
const confidence = z.enum(['H', 'M', 'L']);
const publicationSchema = strict({
  fromHour: z.int().min(-168).max(24),
  toHour: z.int().min(-167).max(48),
  source: words,
  confidence,
});

export const marginsSchema = strict({
  title: words,
  address: words,
  confidence,
  source: words,
  publications: z.record(z.string(), publicationSchema),
  thresholds: z.array(
    strict({ ruleSet: words, belowPercent: z.number().min(0).max(100), source: words, confidence }),
  ),
  unverified: z.array(words).min(1),
});

export interface MarginsFile {
  /** With `{from}` and `{to}`, dates as `YYYY/MM/DD`. */
  readonly address: string;
  readonly publications: ReadonlyMap<string, Publication>;
  readonly unverified: readonly string[];
}

function readMarginsFile(source: string): DataFile<MarginsFile> {
  return readDataText(source, marginsSchema, (file) => ({
    address: file.address,
    publications: new Map(
      Object.entries(file.publications).map(([id, { fromHour, toHour }]) => [id, { id, fromHour, toHour }]),
    ),
    unverified: file.unverified,
  }));
}

/** @throws ConfigError `data-file-invalid` */
export function loadOcctoMargins(folder = MARGINS_FOLDER): MarginsFile {
  const file = loadFolder(folder, readMarginsFile).get('occto');
  if (!file) throw new Error('config/margins/occto.yaml is not there');
  return file;
}
