/** What can be wrong in the section `report:` of a site file; see problem-texts.ts. */
export const REPORT_TEXTS = {
  'report-channel-alone': {
    en: ['a channel without a meter', 'add `meter:`, or remove the channel if production is entered by hand'],
    ja: ['計器のないチャンネルです', '`meter:` を書くか、生産量を手で入力する場合は削除してください'],
  },
  'report-channel': {
    en: ['`{meter}` counts {known}', 'write one of these as `channel:`'],
    ja: ['`{meter}` のチャンネルは {known} です', 'その一つを `channel:` に書いてください'],
  },
  'report-role': {
    en: [
      '`{key}` is for meters with the role {wanted}; `{meter}` has {role}',
      'remove it, or correct `role`',
    ],
    ja: ['`{key}` は役割 {wanted} の計器用です (`{meter}` は {role})', '削除するか `role` を直してください'],
  },
} as const;
