/** What a site file says of its reports, as it is kept in the database so that they can be made without the file. */
import type { ChannelName } from '../meters.ts';

/** What a meter's energy counts as in the totals, where its role does not say it. */
export type CountsAs = 'industrial-steam' | 'other-heat' | 'nothing';
export const COUNTS_AS = ['industrial-steam', 'other-heat', 'nothing'] as const satisfies readonly CountsAs[];

export interface ProductionSettings {
  readonly name: string;
  readonly unit: string;
  /** A meter whose channel counts it; null: it is entered. */
  readonly meter: string | null;
  readonly channel: ChannelName | null;
  /** Units of production in one native unit of that channel, as a fraction. */
  readonly times: string;
}

export interface ContractSettings {
  /** From this month on, `2026-04`. */
  readonly from: string;
  readonly retailer: string;
  readonly menu: string;
}

export interface ReportMeter {
  readonly id: string;
  readonly name: string;
  /** A fuel of config/report-factors; null: the usual one of its role. */
  readonly fuel: string | null;
  readonly counts: CountsAs | null;
  /** Own photovoltaic generation that the business paid for itself. */
  readonly selfInvested: boolean;
}

export interface ReportSettings {
  readonly production: ProductionSettings | null;
  /** By month, rising. */
  readonly contracts: readonly ContractSettings[];
  /** Other gateways of the site, whose meters are not in these figures. */
  readonly otherGateways: readonly string[];
  /** In the order of the site file. */
  readonly meters: readonly ReportMeter[];
}

export const NO_SETTINGS: ReportSettings = {
  production: null,
  contracts: [],
  otherGateways: [],
  meters: [],
};
