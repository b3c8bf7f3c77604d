/** What the page is told about entries for reports. */
export interface ReportEntryView {
  readonly no: number;
  readonly kind: string;
  /** Its fields, one behind the other. */
  readonly what: string;
  /** It takes back what was entered before. */
  readonly withdrawn: boolean;
  readonly at: string;
  readonly by: string;
  readonly source: string;
  /** The entry that took its place; null while it is in force. */
  readonly replacedBy: number | null;
}

export interface ReportEntriesView {
  /** By kind, one line of CSV each. */
  readonly examples: Readonly<Record<string, string>>;
  readonly fuels: readonly string[];
  /** The newest first, at most 200. */
  readonly entries: readonly ReportEntryView[];
}
