/** docs/faults.md, made from gateway/domain/fault-texts.ts. */
import { FAULT_TEXTS } from '../gateway/domain/fault-texts.ts';

/** Which codes begin a group, in the order of the file, and what the group is called. */
const GROUPS: Readonly<Record<string, string>> = {
  'no-answer': 'The wire · 配線・通信',
  'ledger-newer': 'The ledger · 台帳',
  'document-unreadable': 'Coefficients · 係数',
  'broker-unreachable': 'Uplink · 送信',
  'file-missing': 'Configuration · 設定',
  'http-port-busy': 'Start · 起動',
  'query-invalid': 'HTTP',
};

const HEAD = `# Faults

<!-- Made by \`npm run generate\` from gateway/domain/fault-texts.ts. Do not edit. -->

Every fault that hakaru can name, with what to do about it. Commands print \`code: sentence\` and end with exit code 1
(2 for wrong use or a wrong site file); the dashboard and the log carry the same codes. Words in braces are filled in.

**By itself**: *yes* means that the gateway tries again and the fault may go away without anybody doing something.

ゲートウェイが表示する異常コードと対処方法の一覧です。{ } の部分には実際の値が入ります。「By itself」が *yes* の異常は、
ゲートウェイが自動的に再試行します。
`;

const cell = (text: string): string => text.replaceAll('|', '\\|');

export function faultsPage(): string {
  const lines = [HEAD];
  for (const [code, { retryable, en, ja }] of Object.entries(FAULT_TEXTS)) {
    const title = GROUPS[code];
    if (title !== undefined)
      lines.push(
        `${lines.length === 1 ? '' : '\n'}## ${title}\n\n| Code | By itself | What happened, what to do |\n|---|---|---|`,
      );
    lines.push(`| \`${code}\` | ${retryable ? 'yes' : 'no'} | ${cell(en)}<br>${cell(ja)} |`);
  }
  return `${lines.join('\n')}\n`;
}
