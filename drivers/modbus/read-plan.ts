/**
 * Which reads bring all words of a meter. Neighbours of one table are joined, and holes are read along as long as
 * their words cost less than one more transaction would on this line (`holeWords` in timing.ts). A value is never split
 * over two reads. Registers that are accounted for come first, so that a wire that fails half-way brings them. Pure.
 *
 * A meter may refuse a read that touches an address it does not know. That one read is then split: first at its wide
 * holes, then at every hole, then into single values. Where it was split is remembered, so that it is refused once.
 */
import type { RegisterTable } from '../../config/types.ts';
import type { ReadFunction } from './frame.ts';

/** Meters that refuse wide holes often answer the few reserved words within a table. */
export const SMALL_HOLE_WORDS = 12;

/** What a line and a meter allow. */
export interface ReadLimits {
  /**
   * Most registers in one read; a single wider value (u64 on a meter that gives two) is still planned, and the
   * meter's refusal then names it.
   */
  readonly maxWords: number;
  /** Unwanted words between two values up to which one read is cheaper than two. */
  readonly holeWords: number;
}

/** Some words that are read together. */
export interface Piece {
  readonly kind: 'channel' | 'multiplier' | 'gauge' | 'setting';
  readonly table: RegisterTable;
  readonly address: number;
  readonly words: number;
}

interface PlannedPiece extends Piece {
  /** First word within the read. */
  readonly offset: number;
}

export interface PlannedRead {
  readonly fn: ReadFunction;
  readonly address: number;
  readonly words: number;
  readonly pieces: readonly PlannedPiece[];
}

/** Where reads must not be joined, learnt from refusals: pieces that begin a read of their own. */
export type Cuts = ReadonlySet<string>;

interface Growing {
  readonly fn: ReadFunction;
  readonly address: number;
  end: number;
  readonly pieces: Piece[];
}

/**
 * @returns reads in order: channels, then the multipliers that belong to them, then the rest. A multiplier is never
 *   read before the channel: one that is changed in between is then noticed, and not the value taken for another.
 */
export function planReads(
  pieces: readonly Piece[],
  limits: ReadLimits,
  cuts: Cuts = new Set(),
): readonly PlannedRead[] {
  const joined = ordered(joinReads(pieces, limits, cuts));
  if (pieces.every(({ kind }) => kind !== 'multiplier') || isTold(joined)) return joined;
  const isMultiplier = ({ kind }: Piece): boolean => kind === 'multiplier';
  return ordered([
    ...joinReads(
      pieces.filter((piece) => !isMultiplier(piece)),
      limits,
      cuts,
    ),
    ...joinReads(pieces.filter(isMultiplier), limits, cuts),
  ]);
}

function joinReads(pieces: readonly Piece[], { maxWords, holeWords }: ReadLimits, cuts: Cuts): PlannedRead[] {
  const reads: Growing[] = [];
  const sorted = [...pieces].sort((a, b) => functionOf(a) - functionOf(b) || a.address - b.address);
  for (const piece of sorted) {
    const fn = functionOf(piece);
    const end = piece.address + piece.words;
    const last = reads.at(-1);
    const joins =
      last?.fn === fn &&
      !cuts.has(pieceKey(piece)) &&
      piece.address - last.end <= holeWords &&
      end - last.address <= maxWords &&
      !overlapsPartly(piece, last.pieces);
    if (last && joins) {
      last.pieces.push(piece);
      last.end = Math.max(last.end, end);
    } else reads.push({ fn, address: piece.address, end, pieces: [piece] });
  }
  return reads.map(({ fn, address, end, pieces: members }) => ({
    fn,
    address,
    words: end - address,
    pieces: members.map((piece) => ({ ...piece, offset: piece.address - address })),
  }));
}

function rankOf({ pieces }: PlannedRead): number {
  const has = (kind: Piece['kind']): boolean => pieces.some((piece) => piece.kind === kind);
  if (has('multiplier')) return 1;
  return has('channel') ? 0 : 2;
}

function ordered(reads: readonly PlannedRead[]): PlannedRead[] {
  return [...reads].sort((a, b) => rankOf(a) - rankOf(b));
}

/** Whether no channel is read after a multiplier: true also where both come in one read. */
function isTold(reads: readonly PlannedRead[]): boolean {
  const lastChannel = reads.findLastIndex(({ pieces }) => pieces.some(({ kind }) => kind === 'channel'));
  const firstMultiplier = reads.findIndex(({ pieces }) => pieces.some(({ kind }) => kind === 'multiplier'));
  return lastChannel <= firstMultiplier;
}

/**
 * Some meters (Omron KM50) keep a whole 32-bit value at one address, so that neighbours seem to overlap. Words cannot
 * be shared there: only values of the very same words go into one read.
 */
function overlapsPartly(piece: Piece, members: readonly Piece[]): boolean {
  const end = piece.address + piece.words;
  return members.some((other) => {
    const otherEnd = other.address + other.words;
    const isApart = otherEnd <= piece.address || end <= other.address;
    return !isApart && (other.address !== piece.address || otherEnd !== end);
  });
}

/**
 * Where to split a read that the meter refused: at holes above SMALL_HOLE_WORDS where it has such, else at all holes,
 * else between all values. Empty when it is a single value already.
 */
export function cutsFor({ address, pieces }: PlannedRead): readonly string[] {
  const after = (least: number): string[] => {
    let end = address;
    const found: string[] = [];
    for (const piece of pieces) {
      if (piece.offset > 0 && piece.address - end >= least) found.push(pieceKey(piece));
      end = Math.max(end, piece.address + piece.words);
    }
    return found;
  };
  return [SMALL_HOLE_WORDS + 1, 1, 0].map(after).find((cuts) => cuts.length > 0) ?? [];
}

/** Keeps the reads of a plan apart that one of them was split from, so that no new joins arise that nobody has tried. */
export function cutsBetween(reads: readonly PlannedRead[]): readonly string[] {
  return reads.flatMap(({ pieces }) => pieces.slice(0, 1).map(pieceKey));
}

/** Names a piece for {@link Cuts}. */
function pieceKey({ table, address }: Piece): string {
  return `${table} ${address}`;
}

function functionOf({ table }: Piece): ReadFunction {
  return table === 'holding' ? 3 : 4;
}
