/** Faults of what is asked about coefficients; part of fault-texts.ts. */
export const COEFFICIENT_FAULT_TEXTS = {
  'hours-too-many': {
    retryable: false,
    en: 'That are {found} hours; at most {limit} are shown at once. Ask for a shorter time.',
    ja: '{found} 時間になります。一度に表示できるのは {limit} 時間までです。期間を短くしてください。',
  },
} as const;
