/** People read the gateway in one of these. */
export type Language = 'en' | 'ja';

/** The same thing said in each language. */
export type Said = Readonly<Record<Language, string>>;
