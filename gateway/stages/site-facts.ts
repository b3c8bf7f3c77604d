/**
 * What a reader of the database must know to read it without the site file: which site this is, its zone and area,
 * and how each channel counts. Written at every start of the gateway.
 */
import type { FactoryCalendar } from '../domain/ahead/day-types.ts';
import type { CoefficientRules, GridArea, MethodFrom, RuleSet } from '../domain/coefficients/types.ts';
import type { ChannelSpec } from '../domain/meters.ts';
import { formatFraction, parseFraction, type Rational } from '../domain/rational.ts';
import type { ReportSettings } from '../domain/report/settings.ts';
import { plainFactor } from '../domain/thermo/kwh-factor.ts';
import type { Store } from '../store/store.ts';

export interface SiteFactsRow {
  readonly site: string;
  readonly siteName: string;
  readonly gateway: string;
  readonly timezone: string;
  readonly gridArea: GridArea;
  readonly ruleSetChoice: string | null;
  /** Not there in databases that were last written before there was a choice. */
  readonly methods?: readonly MethodFrom[];
  /** Not there in databases that were last written before there was one. */
  readonly calendar?: FactoryCalendar;
  /** Not there in databases that were last written before there were reports. */
  readonly report?: ReportSettings;
  /** `meter/channel` of the site file as it was last; `specs` has those that have left it, too. */
  readonly current?: readonly string[];
  readonly specs: readonly ChannelSpec[];
}

const KEY = 'site';
const FRACTION = 'fraction';

/** Rationals are written as {"fraction":"num/den"}; everything else in the facts is plain JSON. */
function toJson(facts: SiteFactsRow): string {
  return JSON.stringify(facts, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'num' in value && 'den' in value
      ? { [FRACTION]: formatFraction(value as { num: bigint; den: bigint }) }
      : value,
  );
}

/** Databases that began with one undated factor a channel still say so. */
type StoredSpec = ChannelSpec & { readonly kwhPerUnit?: Rational | null; readonly kwhFactor?: string | null };

function datedSpec({ kwhPerUnit, kwhFactor, ...spec }: StoredSpec): ChannelSpec {
  if (kwhPerUnit === undefined) return spec;
  const kwhFactors = kwhPerUnit === null ? [] : [{ ...plainFactor(kwhPerUnit), label: kwhFactor ?? null }];
  return { ...spec, kwhFactors };
}

function fromJson(text: string): SiteFactsRow {
  const facts = JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && FRACTION in value
      ? parseFraction(String(value[FRACTION]))
      : value,
  ) as SiteFactsRow;
  return { ...facts, specs: facts.specs.map(datedSpec) };
}

/** Inside of a transaction. */
export function rememberSite(store: Store, facts: SiteFactsRow): void {
  store.facts.put(KEY, toJson(facts));
}

/** Null when no gateway has run on this database yet. */
export function recallSite(store: Store): SiteFactsRow | null {
  const text = store.facts.get(KEY);
  return text === null ? null : fromJson(text);
}

/** The rules the site lives under, as the database remembers them. */
export function rulesOf(
  { gridArea, ruleSetChoice, methods = [] }: Pick<SiteFactsRow, 'gridArea' | 'ruleSetChoice' | 'methods'>,
  ruleSets: ReadonlyMap<string, RuleSet>,
): CoefficientRules {
  return { area: gridArea, ruleSets, ruleSetChoice, methods };
}

/** Channels that the database knows and the site file no longer names. */
export function formerSpecs(store: Store, current: readonly ChannelSpec[]): ChannelSpec[] {
  const named = new Set(current.map(({ meter, channel }) => `${meter}/${channel}`));
  return (recallSite(store)?.specs ?? []).filter(({ meter, channel }) => !named.has(`${meter}/${channel}`));
}

/** The specs by channel id, for the stages. */
export function specsById(store: Store, specs: readonly ChannelSpec[]): Map<number, ChannelSpec> {
  return new Map(
    specs.flatMap((spec) => {
      const row = store.channels.find(spec.meter, spec.channel);
      return row ? [[row.id, spec] as const] : [];
    }),
  );
}
