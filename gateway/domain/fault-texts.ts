/**
 * code → whether a retry may help, and the sentence in English and Japanese: what happened, then what to do.
 * Keep the groups; add a code to the end of its group, and to docs/faults.md.
 */

import { AHEAD_FAULT_TEXTS } from './ahead-fault-texts.ts';
import { ALARM_FAULT_TEXTS } from './alarm-fault-texts.ts';
import { COEFFICIENT_FAULT_TEXTS } from './coefficient-fault-texts.ts';
import { CORRECTION_FAULT_TEXTS } from './correction-fault-texts.ts';
import { DOCUMENT_FAULT_TEXTS } from './document-fault-texts.ts';
import { HTTP_FAULT_TEXTS } from './http-fault-texts.ts';
import { NOTIFY_FAULT_TEXTS } from './notify-fault-texts.ts';
import { PULSE_FAULT_TEXTS } from './pulse-fault-texts.ts';
import { REPORT_FAULT_TEXTS } from './report-fault-texts.ts';

interface FaultText {
  readonly retryable: boolean;
  readonly en: string;
  readonly ja: string;
}

export const FAULT_TEXTS = {
  // — the wire —
  'no-answer': {
    retryable: true,
    en: 'Unit {unit} on line {line} did not answer within {timeoutMs} ms. Check its power, its address, and that A and B are not swapped.',
    ja: '回線 {line} の局番 {unit} が {timeoutMs} ms 以内に応答しません。電源、局番、A/B の接続を確認してください。',
  },
  'crc-error': {
    retryable: true,
    en: 'The answer of unit {unit} on line {line} is damaged (CRC). Check baud rate, parity, termination and the shield.',
    ja: '回線 {line} の局番 {unit} の応答が壊れています (CRC)。通信速度、パリティ、終端抵抗、シールドを確認してください。',
  },
  'short-answer': {
    retryable: true,
    en: 'The answer of unit {unit} on line {line} broke off after {bytes} bytes. Check the wiring and that no other master is on the line.',
    ja: '回線 {line} の局番 {unit} の応答が {bytes} バイトで途切れました。配線と、他のマスターが居ないことを確認してください。',
  },
  'wrong-unit': {
    retryable: true,
    en: 'Unit {got} answered on line {line} when unit {unit} was asked. Two meters may share an address.',
    ja: '回線 {line} で局番 {unit} に問い合わせましたが、局番 {got} が応答しました。局番の重複を確認してください。',
  },
  'unexpected-answer': {
    retryable: true,
    en: 'Unit {unit} on line {line} sent an answer that does not fit the question; it was thrown away.',
    ja: '回線 {line} の局番 {unit} の応答が問い合わせと合わないため破棄しました。',
  },
  'line-echo': {
    retryable: true,
    en: 'Line {line} only hears its own request. The RS-485 adapter echoes and nobody answers: switch its echo off and check the wiring.',
    ja: '回線 {line} では自分の送信しか聞こえません。アダプターのエコーを切り、配線を確認してください。',
  },
  'line-noise': {
    retryable: true,
    en: 'Line {line} carries bytes nobody asked for. Check termination, bias and for a second master.',
    ja: '回線 {line} に要求していないデータが流れています。終端・バイアス抵抗と、他のマスターの有無を確認してください。',
  },
  'modbus-exception': {
    retryable: true,
    en: 'Unit {unit} on line {line} refused the read of {address} with Modbus exception {exception}. Check the meter type in the site file.',
    ja: '回線 {line} の局番 {unit} がアドレス {address} の読み出しを例外 {exception} で拒否しました。設定ファイルの機種を確認してください。',
  },
  'gateway-no-answer': {
    retryable: true,
    en: 'The device of line {line} got no answer from unit {unit} (Modbus exception {exception}). Check the unit in the site file, and the power and wiring of the meter behind the device.',
    ja: '回線 {line} の機器は局番 {unit} から応答を得られません (例外 {exception})。設定ファイルの局番と、機器の先のメーターの電源・配線を確認してください。',
  },
  'invalid-value': {
    retryable: true,
    en: 'Meter {meter} marks its {quantity} as invalid ({raw}). If it lasts, look at the meter itself.',
    ja: 'メーター {meter} の {quantity} は無効値です ({raw})。続く場合は計器本体を確認してください。',
  },
  'multiplier-unknown': {
    retryable: false,
    en: 'Meter {meter} counts its {quantity} in steps that depend on a setting of its own; its multiplier register says {shown}. Compare with its display, then write `registerMultiplier: {shown}` for it in the site file. Until then nothing is taken from it.',
    ja: 'メーター {meter} の {quantity} の単位は計器の設定で決まり、乗率レジスタは {shown} です。計器の表示と照合し、設定ファイルに `registerMultiplier: {shown}` と書いてください。それまでは計量値を採りません。',
  },
  'multiplier-differs': {
    retryable: false,
    en: 'The multiplier register of meter {meter} says {shown} for {quantity}, the site file {expected}. Its readings are not taken until both agree: find out who changed the meter, then correct the meter or `registerMultiplier`.',
    ja: 'メーター {meter} の {quantity} の乗率レジスタは {shown} ですが、設定ファイルでは {expected} です。一致するまで計量値を採りません。設定変更の有無を確認し、計器か `registerMultiplier` を直してください。',
  },
  'setting-differs': {
    retryable: false,
    en: 'Meter {meter} is set to a {setting} ratio of {shown}, the site file says {expected}. Its energy is wrong by that factor: correct the meter or the site file.',
    ja: 'メーター {meter} の {setting} 比の設定は {shown} ですが、設定ファイルでは {expected} です。計量値がその比だけ違います。計器か設定ファイルを直してください。',
  },
  'port-missing': {
    retryable: true,
    en: 'The serial port {port} of line {line} is not there. Plug the adapter in, or write its /dev/serial/by-id name in the site file.',
    ja: '回線 {line} のシリアルポート {port} がありません。アダプターを接続するか、設定ファイルに /dev/serial/by-id の名前を書いてください。',
  },
  'port-denied': {
    retryable: true,
    en: 'No permission to open {port} of line {line}. Add the user of the gateway to the group dialout.',
    ja: '回線 {line} の {port} を開く権限がありません。ゲートウェイのユーザーを dialout グループに追加してください。',
  },
  'port-busy': {
    retryable: true,
    en: 'The port {port} of line {line} is in use by another program, perhaps the running gateway. Stop that one, or look at its dashboard.',
    ja: '回線 {line} のポート {port} は別のプログラム (稼働中のゲートウェイなど) が使用中です。停止するか、ダッシュボードを見てください。',
  },
  'port-failed': {
    retryable: true,
    en: 'The port {port} of line {line} could not be used: {reason}. The gateway tries again by itself.',
    ja: '回線 {line} のポート {port} を使用できません: {reason}。自動的に再試行します。',
  },
  'connection-refused': {
    retryable: true,
    en: 'Nothing answers at {host}:{port} for line {line}: {reason}. Check the address, the cable and the Modbus TCP setting of the device.',
    ja: '回線 {line} の {host}:{port} に接続できません: {reason}。アドレス、ケーブル、機器の Modbus TCP 設定を確認してください。',
  },
  'connection-lost': {
    retryable: true,
    en: 'The connection of line {line} was cut. The gateway connects again by itself.',
    ja: '回線 {line} の接続が切れました。自動的に再接続します。',
  },
  'meter-resting': {
    retryable: true,
    en: 'Meter {meter} has not answered for a while and is asked more rarely until it does.',
    ja: 'メーター {meter} はしばらく応答がないため、応答するまで問い合わせを減らしています。',
  },
  'driver-closed': {
    retryable: false,
    en: 'Line {line} is being closed.',
    ja: '回線 {line} を閉じています。',
  },
  // — pulse inputs —
  ...PULSE_FAULT_TEXTS,
  ...ALARM_FAULT_TEXTS,
  ...NOTIFY_FAULT_TEXTS,
  ...REPORT_FAULT_TEXTS,
  // — the ledger —
  'ledger-newer': {
    retryable: false,
    en: 'The database in {path} was written by a newer version of hakaru (schema {found}, this one knows {known}). Install that version or use another --data folder.',
    ja: '{path} のデータベースは新しいバージョンで書かれています (スキーマ {found}、対応 {known})。新しい版を入れるか、別の --data を指定してください。',
  },
  'ledger-older': {
    retryable: true,
    en: 'The database in {path} was written by an older version of hakaru (schema {found}, this one has {known}). Start the gateway (`hakaru run`) once: it brings the database up to date and loses nothing.',
    ja: '{path} のデータベースは古いバージョンで書かれています (スキーマ {found}、現在 {known})。`hakaru run` を一度起動すると、データを失わずに更新されます。',
  },
  'ledger-locked': {
    retryable: false,
    en: 'Another hakaru already uses the data folder {path}. Stop it first, or use another --data folder.',
    ja: 'データフォルダー {path} は別の hakaru が使用中です。先に停止するか、別の --data を指定してください。',
  },
  'ledger-missing': {
    retryable: false,
    en: 'There is no hakaru database in {path}. Give the --data folder of a gateway that has run.',
    ja: '{path} に hakaru のデータベースがありません。稼働したゲートウェイの --data を指定してください。',
  },
  'ledger-unusable': {
    retryable: false,
    en: 'The database in {path} cannot be opened: {reason}. Check that the folder is writable and the disk is not full.',
    ja: '{path} のデータベースを開けません: {reason}。書き込み権限とディスクの空きを確認してください。',
  },
  'ledger-full': {
    retryable: true,
    en: 'The disk of {path} is full: {reason}. Meters are still read and keep their registers; nothing is written until there is space. Free some, or use a larger disk.',
    ja: '{path} のディスクに空きがありません: {reason}。計測は続き、計器の積算値も失われませんが、空きができるまで記録できません。空きを作るか、大きいディスクに替えてください。',
  },
  'ledger-io-error': {
    retryable: true,
    en: 'The disk of {path} reports I/O errors: {reason}. Meters are still read; nothing is written until it works again. Check the SD card or SSD and its cable, and be ready to replace it.',
    ja: '{path} のディスクで入出力エラーが発生しています: {reason}。計測は続きますが、回復するまで記録できません。SD カードや SSD とその接続を確認し、交換に備えてください。',
  },
  'ledger-read-only': {
    retryable: true,
    en: 'The disk of {path} can only be read: {reason}. Linux does this when it finds an error on it. Meters are still read; nothing is written. Check the file system (fsck), mount it for writing, or restart the machine.',
    ja: '{path} のディスクが読み出し専用です: {reason}。異常を検出した Linux が切り替えた可能性があります。計測は続きますが、記録できません。fsck で検査し、書き込み可能でマウントし直すか、機器を再起動してください。',
  },
  'ledger-slow': {
    retryable: true,
    en: 'The disk of {path} took {seconds} s to write; more than {limitS} s is too slow, and polls come late. Check the SD card: worn cards slow down before they fail.',
    ja: '{path} のディスクの書き込みに {seconds} 秒かかりました。{limitS} 秒を超えると計測が遅れます。SD カードを確認してください。寿命の近いカードは遅くなります。',
  },
  'ledger-corrupt': {
    retryable: true,
    en: 'The database in {path} is damaged: {reason}. It is set aside beside the new one, what can be read of it is taken over, and a new generation begins. Keep the file that was set aside, and check the disk.',
    ja: '{path} のデータベースが壊れています: {reason}。壊れたファイルは別名で残し、読める部分を引き継いで新しい世代を始めます。別名のファイルを保管し、ディスクを確認してください。',
  },
  'dial-not-for-meter-kept': {
    retryable: false,
    en: '{meter}/{channel} is a register that the meter keeps itself: nothing is lost in a gap, so there is nothing to reconcile with a dial reading. Dial readings are for pulses that the gateway counts.',
    ja: '{meter}/{channel} は計器自身が積算するため、指針値による補正は不要です。指針値はゲートウェイがパルスを数えるチャンネルにのみ入力してください。',
  },
  'dial-out-of-order': {
    retryable: false,
    en: 'The dial reading of {meter}/{channel} at {at} must be later than the one before ({after}) and not later than now ({now}). Correct its time. Nothing was recorded.',
    ja: '{meter}/{channel} の指針値の時刻 {at} は、前回 ({after}) より後、現在 ({now}) 以前でなければなりません。時刻を直してください。記録していません。',
  },
  'dial-fell': {
    retryable: false,
    en: 'The dial of {meter}/{channel} cannot have gone back from {have} to {dial} {unit}. Read it again. Nothing was recorded.',
    ja: '{meter}/{channel} の指針値が {have} から {dial} {unit} に戻ることはありません。もう一度読んでください。記録していません。',
  },
  ...CORRECTION_FAULT_TEXTS,
  ...DOCUMENT_FAULT_TEXTS,
  // — uplink —
  'broker-unreachable': {
    retryable: true,
    en: 'No connection to the MQTT broker {url}: {reason}. Messages are kept and sent when it is back.',
    ja: 'MQTT ブローカー {url} に接続できません: {reason}。メッセージは保存し、復旧後に送信します。',
  },
  'broker-refused': {
    retryable: true,
    en: 'The MQTT broker {url} refused the connection: {reason}. Check user, password and certificates.',
    ja: 'MQTT ブローカー {url} に接続を拒否されました: {reason}。ユーザー、パスワード、証明書を確認してください。',
  },
  'message-refused': {
    retryable: false,
    en: 'The broker will not take message {seq} on {topic} ({reason}). It was replaced by a tombstone. Check the access rights on the broker.',
    ja: 'ブローカーがメッセージ {seq} ({topic}) を拒否しました ({reason})。墓標に置き換えました。ブローカーの権限を確認してください。',
  },
  'broker-untrusted': {
    retryable: true,
    en: 'The certificate of the MQTT broker {url} is not trusted: {reason}. Check the CA file, the host name and the dates of the certificate.',
    ja: 'MQTT ブローカー {url} の証明書を信頼できません: {reason}。CA ファイル、ホスト名、証明書の期限を確認してください。',
  },
  'client-id-taken': {
    retryable: true,
    en: 'Another program seems to use the client id {clientId} on the MQTT broker {url}; the two throw each other off. Give each gateway a client id of its own.',
    ja: 'MQTT ブローカー {url} でクライアント ID {clientId} が別のプログラムにも使われ、互いに切断しているようです。ゲートウェイごとに別の ID を付けてください。',
  },
  // — configuration —
  'file-missing': {
    retryable: false,
    en: 'The file {path} cannot be read: {reason}.',
    ja: 'ファイル {path} を読めません: {reason}。',
  },
  'file-not-utf8': {
    retryable: false,
    en: 'The file {path} is not UTF-8 text (line {line}). Save it as UTF-8; Windows editors often write Shift_JIS.',
    ja: 'ファイル {path} の {line} 行目が UTF-8 ではありません。UTF-8 で保存してください (Windows のエディターは Shift_JIS のことがあります)。',
  },
  'config-invalid': {
    retryable: false,
    en: 'The site file {path} has {count} problem(s). Correct them and run `hakaru check {path}` again.',
    ja: '設定ファイル {path} に {count} 件の誤りがあります。修正して `hakaru check {path}` を実行してください。',
  },
  'secret-missing': {
    retryable: false,
    en: 'The secret for {field} cannot be read from {where}. Create it, or correct the site file.',
    ja: '{field} の秘密情報を {where} から読めません。作成するか、設定ファイルを修正してください。',
  },
  'line-unknown': {
    retryable: false,
    en: 'There is no Modbus line {line} in the site file. Known are: {known}.',
    ja: '設定ファイルに Modbus 回線 {line} はありません。登録されているのは {known} です。',
  },
  'meter-unknown': {
    retryable: false,
    en: 'There is no meter {meter}. Known are: {known}.',
    ja: 'メーター {meter} はありません。登録されているのは {known} です。',
  },
  'time-unreadable': {
    retryable: false,
    en: '{text} is not a time. Write it like 2026-07-01T13:00+09:00 or 2026-07-01.',
    ja: '{text} は時刻として読めません。2026-07-01T13:00+09:00 または 2026-07-01 のように書いてください。',
  },
  'times-reversed': {
    retryable: false,
    en: '{from} is not before {to}, so there is no hour between them. Write the earlier time behind --from.',
    ja: '{from} は {to} より前ではないため、その間に時間値はありません。早い方の時刻を --from に書いてください。',
  },
  ...COEFFICIENT_FAULT_TEXTS,
  'hour-unknown': {
    retryable: false,
    en: 'There is no hour bucket of {meter} at {hour}. Use `hakaru hours` to see which there are.',
    ja: '{meter} の {hour} の時間値はありません。`hakaru hours` で確認してください。',
  },
  'data-file-invalid': {
    retryable: false,
    en: 'The file {path} has {count} problem(s), the first at {where}: {reason}. It came with hakaru: correct it or install it again.',
    ja: 'ファイル {path} に {count} 件の誤りがあります。最初は {where}: {reason}。hakaru に付属のファイルです。修正するか、入れ直してください。',
  },
  'steam-out-of-range': {
    retryable: false,
    en: 'Steam or water with {quantity} = {value} is outside {low} … {high}, where the formulas of IAPWS-IF97 hold. Correct the pressure or the temperature in the site file.',
    ja: '蒸気または水の {quantity} = {value} は IAPWS-IF97 の式が成り立つ範囲 {low} … {high} の外です。設定ファイルの圧力か温度を直してください。',
  },
  // — start —
  'http-port-busy': {
    retryable: false,
    en: 'The dashboard port {host}:{port} is in use by another program. Stop it, or write another port under dashboard: in the site file.',
    ja: 'ダッシュボードのポート {host}:{port} は使用中です。使用中のプログラムを止めるか、設定ファイルの dashboard: で別のポートを指定してください。',
  },
  'http-port-forbidden': {
    retryable: false,
    en: 'The dashboard may not listen on port {port}: ports below 1024 need special rights. Write for example `dashboard: { port: 8080 }` in the site file.',
    ja: 'ダッシュボードはポート {port} を使う権限がありません (1024 未満)。設定ファイルに `dashboard: { port: 8080 }` のように書いてください。',
  },
  'http-host-unusable': {
    retryable: false,
    en: 'The dashboard cannot listen on {host}:{port}: {reason}. Write an address of this machine under dashboard: in the site file.',
    ja: 'ダッシュボードは {host}:{port} で待ち受けできません: {reason}。設定ファイルの dashboard: にこの機器のアドレスを書いてください。',
  },
  'demo-data-used': {
    retryable: false,
    en: 'The folder {path} already holds a database. The demo plays its own past; give it a new folder, or none.',
    ja: 'フォルダー {path} には既にデータベースがあります。実演は過去を自分で再生するので、新しいフォルダーを指定するか、省略してください。',
  },
  'node-too-old': {
    retryable: false,
    en: 'hakaru needs Node.js 24 or newer; this is {found}. Start it with `npm start`, which brings its own.',
    ja: 'hakaru には Node.js 24 以降が必要です (現在 {found})。`npm start` なら同梱の Node.js で起動します。',
  },
  'clock-untrusted': {
    retryable: true,
    en: 'The clock of this machine is not set ({now}): no time server has been heard since it was switched on, and no battery kept the time. Live values go on; hours are held back until the time is known. Connect a time server, or set the clock; in a closed LAN write `clock: { trust: manual }` in the site file and set the clock yourself.',
    ja: 'この機器の時計が合っていません ({now})。電源投入後に時刻サーバーと同期しておらず、電池式の時計もありません。現在値は表示しますが、時間値は時刻が確定するまで保留します。時刻サーバーに接続するか、時計を合わせてください。閉域 LAN ではサイトファイルに `clock: { trust: manual }` と書き、時計を手で合わせてください。',
  },
  'clock-behind': {
    retryable: true,
    en: 'The clock of this machine shows {now}, but readings were stamped {newest}. Live values go on; hours are held back until the clock catches up or is synchronised. Set the clock; with `clock: { trust: manual }` in the site file it is believed as it stands.',
    ja: 'この機器の時計は {now} を示していますが、{newest} の計測値がすでにあります。現在値は表示しますが、時計が追いつくか同期されるまで時間値は保留します。時計を合わせてください。サイトファイルに `clock: { trust: manual }` と書けば今の時計を正とします。',
  },
  // — the hours ahead —
  ...AHEAD_FAULT_TEXTS,
  ...HTTP_FAULT_TEXTS,
} as const satisfies Readonly<Record<string, FaultText>>;
