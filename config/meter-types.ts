/** Meter types: each is one file of config/meter-types. */
import { join } from 'node:path';
import * as z from 'zod';
import type { Language } from '../gateway/domain/faults.ts';
import { type DataFile, type Lookup, loadFolder, openFolder, readDataText } from './data-files.ts';
import { strict } from './fields.ts';
import { buildMap, LIMITS, mapBody } from './map-schema.ts';
import { BAUD_RATES } from './site-schema.ts';
import type { Identification, MeterType, RegisterTable } from './types.ts';

export const METER_TYPES_FOLDER = join(import.meta.dirname, 'meter-types');

const words = z.string().trim().min(1).max(2000);

export const meterTypeSchema = strict({
  maker: words,
  model: words,
  manual: words.describe('Title and revision, or "not seen"'),
  source: words.describe('Where the figures come from'),
  status: z.enum(['verified', 'unverified']),
  notes: words.optional(),
  line: strict({
    baudRate: z.literal([...BAUD_RATES]),
    parity: z.enum(['none', 'even', 'odd']),
    stopBits: z.literal([1, 2]),
  })
    .optional()
    .describe('Factory setting of the wire'),
  lineChoices: strict({
    baudRate: z
      .array(z.literal([...BAUD_RATES]))
      .min(1)
      .optional(),
    parity: z
      .array(z.enum(['none', 'even', 'odd']))
      .min(1)
      .optional(),
    stopBits: z
      .array(z.literal([1, 2]))
      .min(1)
      .optional(),
  })
    .optional()
    .describe('All that the wire can be set to, where the maker says so'),
  identify: strict({
    table: z.enum(['input', 'holding']).optional(),
    address: z.int().min(0).max(65_535),
    text: z.array(z.string().min(1).max(32)).min(1).max(16).optional(),
    value: z.array(z.int().min(0).max(65_535)).min(1).max(32).optional(),
  })
    .optional()
    .describe('A register by which the meter tells its type: beginnings of a text, or values of the word'),
  limits: strict(LIMITS),
  ...mapBody,
});

type TypeFile = z.output<typeof meterTypeSchema>;

function limitsOf({ maxRegisters, responseMs, pauseMs }: TypeFile['limits']): MeterType['limits'] {
  return { maxRegisters, responseMs, ...(pauseMs ? { pauseMs } : {}) };
}

function identityOf(
  { table, address, text, value }: NonNullable<TypeFile['identify']>,
  usual: RegisterTable,
): Identification {
  return { table: table ?? usual, address, ...(text ? { text } : {}), ...(value ? { value } : {}) };
}

function choicesOf({
  baudRate,
  parity,
  stopBits,
}: NonNullable<TypeFile['lineChoices']>): NonNullable<MeterType['lineChoices']> {
  return {
    ...(baudRate ? { baudRate } : {}),
    ...(parity ? { parity } : {}),
    ...(stopBits ? { stopBits } : {}),
  };
}

/** Reads the text of one meter type file. */
export function readMeterType(source: string, id: string, language: Language = 'en'): DataFile<MeterType> {
  return readDataText(
    source,
    meterTypeSchema,
    (file, report) => ({
      id,
      maker: file.maker,
      model: file.model,
      manual: file.manual,
      source: file.source,
      status: file.status,
      notes: file.notes ?? null,
      line: file.line
        ? { baudRate: file.line.baudRate, parity: file.line.parity, stopBits: file.line.stopBits }
        : null,
      limits: limitsOf(file.limits),
      ...(file.identify ? { identify: identityOf(file.identify, file.table ?? 'holding') } : {}),
      ...(file.lineChoices ? { lineChoices: choicesOf(file.lineChoices) } : {}),
      ...buildMap(file, [], report),
    }),
    language,
  );
}

/**
 * All meter types by id (the file name without `.yaml`).
 * @throws ConfigError `data-file-invalid` with every problem of the first broken file
 */
export function loadMeterTypes(folder = METER_TYPES_FOLDER): ReadonlyMap<string, MeterType> {
  return loadFolder(folder, readMeterType);
}

/** All meter types by id; each is read when it is asked for. */
export function openMeterTypes(): Lookup<MeterType> {
  return openFolder(METER_TYPES_FOLDER, readMeterType);
}
