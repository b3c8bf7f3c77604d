/** People read the gateway in one of these. */
export type Language = 'en' | 'ja';
