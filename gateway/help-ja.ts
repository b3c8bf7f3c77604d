/** `hakaru --help` in Japanese. What program.ts says in English is the key; a test finds what has no translation. */
import type { Command } from 'commander';

const TITLES: Readonly<Record<string, string>> = {
  'Usage:': '使い方:',
  'Arguments:': '引数:',
  'Options:': 'オプション:',
  'Commands:': 'コマンド:',
};

export const HELP_JA: Readonly<Record<string, string>> = {
  'Edge gateway for factory meters: registers to trusted hours, weighed and delivered. 測る・計る':
    '工場の計器のためのエッジゲートウェイ: 積算値から確かな時間値をつくり、係数を掛けて届けます。測る・計る',
  'output the version number': '版を表示',
  'display help for command': 'このヘルプを表示',
  'language of messages: ja or en (default: from LANG)':
    'メッセージの言語: ja または en（既定: LANG による）',
  'who says it (default: the user of the operating system)': '記録した人（既定: OS のユーザー名）',
  'the figures were looked at twice: do not ask the rating': '数値は確認済み: 定格との照合をしない',
  'a meter was replaced (計器交換); also while the gateway runs': '計器交換を記録（稼働中でも可）',
  'when, like 2026-07-01T13:00': '日時。例 2026-07-01T13:00',
  'what the old meter showed last (取外し指針), e.g. 12345.6': '取外し指針。例 12345.6',
  'what the new meter showed first (取付け指針), e.g. 0': '取付け指針。例 0',
  'serial number of the new meter': '新しい計器の製造番号',
  'which channel of the meter': '計器のどのチャンネルか',
  'a dial reading (指針値) of a meter whose pulses the gateway counts':
    'ゲートウェイがパルスを数える計器の指針値を記録',
  'when it was read': '検針した日時',
  'what the dial showed, e.g. 4711.5': '指針値。例 4711.5',
  'what the ledger asks of people': '人の判断を待っている質問の一覧',
  'also what is settled': '解決済みも表示',
  'who said what, and when': '誰がいつ何を記録したか',
  'one JSON document on stdout': '標準出力に JSON を 1 件',
  'settles a question; a later answer replaces an earlier one': '質問に答える。後の答えが前の答えに替わる',
  'of `hakaru questions`': '`hakaru questions` の番号',
  'what happened': '何が起きたか',
  'exchange: when': 'exchange: 日時',
  'exchange, reset: the last figure of the old register': 'exchange, reset: 前の積算値の最後の値',
  'exchange, reset: the first figure of the new one': 'exchange, reset: 新しい積算値の最初の値',
  'exchange: serial number of the new meter': 'exchange: 新しい計器の製造番号',
  'wrap: where the register starts again at 0': 'wrap: 積算値が 0 に戻る値',
  'the gateway: poll, ledger, coefficients, MQTT, dashboard':
    'ゲートウェイを動かす: 読み取り、台帳、係数、MQTT、ダッシュボード',
  'site file': 'サイトファイル',
  'folder of the database': 'データベースのフォルダー',
  'the gateway against a simulated factory': '模擬工場でゲートウェイを動かす',
  'port of the dashboard, 0 for a free one (default: 8080, or a free one)':
    'ダッシュボードのポート。0 は空きポート（既定: 8080 または空きポート）',
  'how many times as fast as real time': '実時間の何倍で進めるか',
  'keep the database there': 'データベースをここに残す',
  'seed of the factory': '模擬工場の乱数の種',
  'judge a site file; opens no connection': 'サイトファイルを検査（接続はしない）',
  'hour buckets out of the database': 'データベースの時間値を表示',
  'first hour': '最初の時間',
  'up to this time': 'この時刻まで',
  'one meter only': '1 台だけ',
  'demand (デマンド) of the running period, and the maxima of twelve months':
    '今の時限のデマンドと、12 か月の最大需要電力',
  'how one hour came about: readings, arithmetic, coefficient, message; or one cell of a report':
    '時間値の根拠: 指示値、計算、係数、送信。または報告の 1 つの数値の根拠',
  'a meter; with --report a cell, like purchased.2026-07.kwh':
    '計器。--report のときは数値の番地。例 purchased.2026-07.kwh',
  'a report, like 2026, 2026-07 or 2026-07-15': '報告。例 2026、2026-07、2026-07-15',
  'daily, monthly and annual figures (日報・月報・年報)': '日報・月報・年報',
  'April to March, like 2026': '年度（4 月から 3 月）。例 2026',
  'like 2026-07': '例 2026-07',
  'like 2026-07-15': '例 2026-07-15',
  'of CSV': 'CSV の文字コード',
  'a file instead of stdout': '標準出力の代わりのファイル',
  'one figure: production, a fuel without a meter, CO2 factors, demand response, an earlier year':
    '数値を 1 件入力: 生産量、計器のない燃料、CO2 排出係数、電気需要最適化の実施日、過年度',
  'what it is': '種類',
  'like 2026-07 1234.5; `-` takes a figure back': '例 2026-07 1234.5。`-` は取り消し',
  'a CSV file of such figures: all of it or nothing': '数値の CSV ファイルを取り込む（全件または 0 件）',
  'what was entered, by whom and when': '入力された数値、入力者と日時',
  'how many of what came': '届いたものの表示件数',
  'like 2026-07-01T13:00': '例 2026-07-01T13:00',
  'one live reading of a meter': '計器を今読む',
  'show the frames in hex': '通信フレームを 16 進で表示',
  'go on until Ctrl-C': 'Ctrl-C まで続ける',
  'finds units on a wire and tells what they are': '配線上の機器を探し、機種を見分ける',
  'a line of the site file': 'サイトファイルの line',
  'a serial port instead of a line, like /dev/ttyUSB0': 'line の代わりのシリアルポート。例 /dev/ttyUSB0',
  'a Modbus TCP device instead of a line': 'line の代わりの Modbus TCP 機器',
  'baud rates (default: those of the line, or the usual ones)':
    '通信速度（既定: line のもの、または一般的なもの）',
  '1 or 2': '1 または 2',
  'first and last unit': '最初と最後の局番',
  'how long a meter may think': '応答を待つ時間 (ms)',
  'the meter types this gateway knows': '対応機種の一覧',
  'the simulators alone': 'シミュレーターだけを動かす',
  'demo or noisy-bus': 'demo または noisy-bus',
  'replays a run': '同じ乱数の種で再現',
  'today and tomorrow: classes, expected use, what moving load would save':
    '今日と明日: 区分、使用量の見込み、移すと減る量',
  'demand-optimization coefficients (電気需要最適化係数)': '電気需要最適化係数',
  'what applies when, and why': 'いつ何が適用されるか、その理由',
  'first hour (default: today)': '最初の時間（既定: 今日）',
  'up to this time, instead of --hours': '--hours の代わりに、この時刻まで',
  'how many hours': '時間数',
  'one hour alone': '1 時間だけ',
  'which document, file and rule decided, and what was passed over':
    'どの文書・ファイル・規則で決まり、何が採られなかったか',
  'one JSON document on stdout, with all that --explain tells':
    '標準出力に JSON を 1 件（--explain の内容を含む）',
  'apply a document by hand, also while the gateway runs': '文書を手で適用（稼働中でも可）',
  'ask every source now and apply what it gives': '全ての入手先に今たずね、得たものを適用',
  'what each source said last, and what came': '各入手先の最後の応答と、届いたもの',
};

/** Says everything that a command shows of itself in Japanese; what has no translation stays as it is. */
export function inJapanese(command: Command): void {
  const said = (text: string): string => HELP_JA[text] ?? text;
  command.configureHelp({ styleTitle: (title) => TITLES[title] ?? title });
  command.helpOption('-h, --help', said('display help for command'));
  if (command.commands.length > 0) command.helpCommand('help [command]', said('display help for command'));
  command.description(said(command.description()));
  for (const option of command.options) option.description = said(option.description);
  for (const argument of command.registeredArguments) argument.description = said(argument.description);
  for (const one of command.commands) inJapanese(one);
}
