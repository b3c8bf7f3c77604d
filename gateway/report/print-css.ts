/** The look of a report: a page on the screen, A4 on paper. No script, no picture, no font from elsewhere. */

/** Text inside of a CSS string. */
const quoted = (text: string): string =>
  `"${text.replace(/[\\"<>\n]/g, (sign) => `\\${sign.codePointAt(0)?.toString(16)} `)}"`;

const LOOK = `
:root{--ink:#1a2230;--soft:#5a6675;--line:#c9d1da;--rule:#8793a1;--well:#f2f5f8;--accent:#1f4e79;--warn:#8a5300}
*{box-sizing:border-box}
html{background:#e6eaee;-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{margin:0}
main{display:block;margin:0 auto;max-width:210mm;background:#fff;padding:12mm}
body,nav{color:var(--ink);font:9pt/1.45 "Hiragino Sans","Noto Sans JP","Noto Sans CJK JP","Yu Gothic","Segoe UI",Meiryo,sans-serif;font-variant-numeric:tabular-nums}
h1{font-size:17pt;margin:0;line-height:1.25;letter-spacing:.02em}
h2{font-size:11pt;margin:0 0 2mm;padding-left:2.5mm;border-left:1.2mm solid var(--accent);line-height:1.3;break-after:avoid}
p{margin:0}
.top{border-bottom:.6mm solid var(--accent);padding-bottom:4mm;margin-bottom:5mm}
.site{font-size:11pt;color:var(--soft);margin-bottom:1mm}
.period{font-size:13pt;font-weight:600;margin-left:3mm}
.sofar{display:inline-block;margin-left:3mm;padding:0 2.2mm;border:.3mm solid var(--warn);color:var(--warn);border-radius:1mm;font-size:9pt;vertical-align:2px}
.facts{display:grid;grid-template-columns:repeat(4,auto);gap:1mm 6mm;margin:3mm 0 0}
.facts div{display:flex;flex-direction:column}
.facts dt{color:var(--soft);font-size:7.5pt}
.facts dd{margin:0}
.purpose{margin-top:3mm;padding:1mm 2.5mm;border:.3mm solid var(--rule);display:inline-block;font-weight:600}
section{margin:0 0 6mm;break-inside:avoid}section.long{break-inside:auto}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:.2mm solid var(--line);padding:.75mm 2.6mm .75mm 1.2mm;text-align:right;white-space:nowrap}
th:first-child,td:first-child{text-align:left;padding-left:1mm}
thead th{border-top:.35mm solid var(--rule);border-bottom:.35mm solid var(--rule);background:var(--well);font-weight:600;font-size:7.8pt;line-height:1.25;vertical-align:bottom;white-space:normal}
thead .unit{display:block;font-weight:400;color:var(--soft)}
tbody th{font-weight:400;text-align:left;white-space:normal}
tfoot th,tfoot td{border-top:.35mm solid var(--rule);border-bottom:.5mm solid var(--rule);font-weight:700}
th:last-child,td:last-child{padding-right:7mm}td.text,thead th.text,.factors td,.factors th{padding-right:1.2mm}td.text,thead th.text{text-align:center;white-space:normal;padding-right:1.2mm}
td.none{color:#9aa5b1}
td .unit{color:var(--soft);font-size:7.5pt;margin-left:.8mm}
tr{break-inside:avoid}
thead{display:table-header-group}
tfoot{display:table-row-group}
sup{display:inline-block;width:0;white-space:nowrap;font-size:5.6pt;line-height:0;color:var(--warn);text-indent:.3mm;font-weight:600;letter-spacing:-.02em}
.note{color:var(--soft);font-size:7.8pt;margin-top:1.2mm}
.notes{font-size:8.2pt;margin:0;padding-left:4.5mm}
.notes li{margin-bottom:.6mm}
.legend{font-size:7.8pt;color:var(--soft);margin-bottom:5mm}
.legend b{color:var(--warn);font-weight:600;margin:0 .8mm 0 2.5mm}
.summary td,.summary th{font-size:10.5pt;padding-top:1.3mm;padding-bottom:1.3mm}
.summary thead th{font-size:8.5pt}
.small th,.small td{font-size:7.8pt}
.factors td,.factors thead th{text-align:left;white-space:normal;vertical-align:top}.factors td.date{white-space:nowrap}
.factors td.value{text-align:right;white-space:nowrap}
.unsure{color:var(--warn);font-weight:600}
a{color:inherit;text-decoration:none}
td a:hover,td a:focus-visible{text-decoration:underline;color:var(--accent)}
nav{max-width:210mm;margin:0 auto;padding:3mm 12mm;display:flex;flex-wrap:wrap;gap:1.5mm 5mm;font-size:9pt}
nav a{color:var(--accent);text-decoration:underline}
nav .on{font-weight:700}
pre{white-space:pre-wrap;font:9pt/1.5 "Noto Sans Mono CJK JP",ui-monospace,monospace;margin:0 0 4mm}
@media screen{main{margin:0 auto 10mm;box-shadow:0 1px 6px #0003}}
@media screen and (max-width:800px){main{padding:5mm;overflow-x:auto}.facts{grid-template-columns:repeat(2,auto)}sup{width:auto}th:last-child,td:last-child{padding-right:1.2mm}}
@media print{html{background:#fff}main{max-width:none;padding:0;box-shadow:none}nav{display:none}}
`;

export interface PageWords {
  readonly head: string;
  readonly foot: string;
}

/** @param words repeated on each printed page */
export function reportCss({ head, foot }: PageWords): string {
  const margin = `font:7.5pt "Noto Sans JP","Noto Sans CJK JP",sans-serif;color:#5a6675`;
  const page = `@page{size:A4 portrait;margin:17mm 12mm 15mm;@top-left{content:${quoted(head)};${margin}}@bottom-left{content:${quoted(foot)};${margin}}@bottom-right{content:counter(page) " / " counter(pages);${margin}}}`;
  return `${page}@page:first{margin-top:12mm;@top-left{content:""}}${LOOK}`;
}
