/**
 * Which reads bring all quantities of a meter. Neighbours of one table are joined, and holes are read along as long as
 * their words cost less than one more transaction would on this line (`holeWords` in timing.ts). A value is never split
 * over two reads. Pure.
 */
import type { RegisterMap } from '../../config/types.ts';
import { wordsOf } from './decode.ts';
import type { ReadFunction } from './frame.ts';

/** Meters that refuse wide holes often answer the few reserved words within a table. */
export const SMALL_HOLE_WORDS = 12;

/**
 * How boldly reads are joined. A meter may refuse a read that touches an address it does not know; the plan then
 * steps back: `holes` → `small-holes` → `neighbours` (only words that belong to a quantity) → `single` (one value a
 * read).
 */
export type Grouping = 'holes' | 'small-holes' | 'neighbours' | 'single';

/** What a line and a meter allow. */
export interface ReadLimits {
  /**
   * Most registers in one read; a single wider value (u64 on a meter that gives two) is still planned, and the
   * meter's refusal then names it.
   */
  readonly maxWords: number;
  /** Unwanted words between two quantities up to which one read is cheaper than two. */
  readonly holeWords: number;
}

export interface Quantity {
  readonly name: string;
  readonly kind: 'channel' | 'gauge';
  readonly map: RegisterMap;
}

interface PlannedQuantity extends Quantity {
  /** First word within the read. */
  readonly offset: number;
  readonly words: number;
}

export interface PlannedRead {
  readonly fn: ReadFunction;
  readonly address: number;
  readonly words: number;
  readonly quantities: readonly PlannedQuantity[];
}

/** @returns reads in order: those with channels first, then by address */
export function planReads(
  quantities: readonly Quantity[],
  { maxWords, holeWords }: ReadLimits,
  grouping: Grouping = 'holes',
): readonly PlannedRead[] {
  const reads: { fn: ReadFunction; address: number; end: number; members: Quantity[] }[] = [];
  const sorted = [...quantities].sort(
    (a, b) => functionOf(a) - functionOf(b) || a.map.address - b.map.address,
  );
  const hole = holeOf(grouping, holeWords);
  for (const quantity of sorted) {
    const fn = functionOf(quantity);
    const { address, type } = quantity.map;
    const end = address + wordsOf(type);
    const last = reads.at(-1);
    const joins =
      grouping !== 'single' &&
      last?.fn === fn &&
      address - last.end <= hole &&
      end - last.address <= maxWords &&
      !overlapsPartly(quantity, last.members);
    if (last && joins) {
      last.members.push(quantity);
      last.end = Math.max(last.end, end);
    } else reads.push({ fn, address, end, members: [quantity] });
  }
  const hasChannel = (read: { members: Quantity[] }): number =>
    read.members.some(({ kind }) => kind === 'channel') ? 0 : 1;
  return reads
    .sort((a, b) => hasChannel(a) - hasChannel(b))
    .map(({ fn, address, end, members }) => ({
      fn,
      address,
      words: end - address,
      quantities: members.map((quantity) => ({
        ...quantity,
        offset: quantity.map.address - address,
        words: wordsOf(quantity.map.type),
      })),
    }));
}

/**
 * Some meters (Omron KM50) keep a whole 32-bit value at one address, so that neighbours seem to overlap. Words cannot
 * be shared there: only quantities of the very same words go into one read.
 */
function overlapsPartly({ map }: Quantity, members: readonly Quantity[]): boolean {
  const end = map.address + wordsOf(map.type);
  return members.some(({ map: other }) => {
    const otherEnd = other.address + wordsOf(other.type);
    const isApart = otherEnd <= map.address || end <= other.address;
    return !isApart && (other.address !== map.address || otherEnd !== end);
  });
}

function holeOf(grouping: Grouping, holeWords: number): number {
  if (grouping === 'holes') return holeWords;
  return grouping === 'small-holes' ? Math.min(holeWords, SMALL_HOLE_WORDS) : 0;
}

const STEPS_BACK: readonly Grouping[] = ['holes', 'small-holes', 'neighbours', 'single'];

/** The next step back, null when there is none. */
export function lessBold(grouping: Grouping): Grouping | null {
  return STEPS_BACK[STEPS_BACK.indexOf(grouping) + 1] ?? null;
}

function functionOf(quantity: Quantity): ReadFunction {
  return quantity.map.table === 'holding' ? 3 : 4;
}
