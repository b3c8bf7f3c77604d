/** docs/meter-types.md, made from the meter type files. */
import type { Rational } from '../gateway/domain/rational.ts';
import type { Coding, MeterType, RegisterMap, SettingMap } from './types.ts';

function hex(address: number): string {
  return `0x${address.toString(16).toUpperCase().padStart(4, '0')}`;
}

function scaleText({ num, den }: Rational): string {
  return den === 1n ? `${num}` : `${num}/${den}`;
}

/** Where a value stands: its address, and what is added to it. */
function addressText({ address, plus = [] }: Pick<RegisterMap, 'address' | 'plus'>): string {
  const added = plus.map((one) =>
    one.times === 1n ? hex(one.address) : `${one.times} × ${hex(one.address)}`,
  );
  return [hex(address), ...added].join(' + ');
}

function orderText({ wordOrder, byteOrder }: Coding): string {
  return byteOrder === 'lsb' ? `${wordOrder}, bytes lsb` : wordOrder;
}

function unitsText({ scale, multiplier }: RegisterMap): string {
  if (multiplier === undefined) return scaleText(scale);
  const times =
    multiplier === 'given' ? '`registerMultiplier`' : `${multiplier.as} at ${hex(multiplier.address)}`;
  return `${scaleText(scale)} × ${times}`;
}

function registerRow(quantity: string, map: RegisterMap): string {
  const cells = [map.table, addressText(map), map.type, orderText(map), unitsText(map), map.unit, map.ratio];
  return `| ${quantity} | ${cells.join(' | ')} |`;
}

function settingRow(name: string, map: SettingMap): string {
  const cells = [
    map.table,
    hex(map.address),
    map.type,
    orderText(map),
    scaleText(map.scale),
    '',
    'own setting',
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

/** "4800 or 9600 baud, parity none" where the maker says what the wire can be set to. */
function choicesText({ baudRate, parity, stopBits }: NonNullable<MeterType['lineChoices']>): string {
  return [
    ...(baudRate ? [`${baudRate.join(' or ')} baud`] : []),
    ...(parity ? [`parity ${parity.join(' or ')}`] : []),
    ...(stopBits ? [`${stopBits.join(' or ')} stop bits`] : []),
  ].join(', ');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ').trim();
}

function section(type: MeterType): string {
  const { line, limits } = type;
  const wire = line
    ? `${line.baudRate} baud, parity ${line.parity}, ${line.stopBits} stop bit${line.stopBits === 1 ? '' : 's'}`
    : 'not stated';
  const rows = [
    ...Object.entries(type.channels).map(([name, map]) => registerRow(`**${name}**`, map)),
    ...Object.entries(type.pulseInputs ?? {}).map(([input, map]) => registerRow(`**input ${input}**`, map)),
    ...Object.entries(type.gauges).map(([name, map]) => registerRow(name, map)),
    ...Object.entries(type.settings ?? {}).map(([name, map]) => settingRow(name, map)),
  ];
  return [
    `## ${type.maker} ${type.model}`,
    '',
    `\`type: ${type.id}\` · **${type.status}**`,
    '',
    `- Manual: ${cell(type.manual)}`,
    `- Source: ${cell(type.source)}`,
    `- Factory setting of the wire: ${wire}`,
    ...(type.lineChoices ? [`- Can only be set to: ${choicesText(type.lineChoices)}`] : []),
    ...(limits.pauseMs
      ? [`- Is asked again ${limits.pauseMs} ms after its last answer at the earliest`]
      : []),
    `- At most ${limits.maxRegisters} registers a read; answers within ${limits.responseMs} ms`,
    ...(type.updateMs > 0 ? [`- Refreshes its registers every ${type.updateMs} ms`] : []),
    ...(type.notes === null ? [] : [`- ${cell(type.notes)}`]),
    '',
    '| Quantity | Table | Address | Type | Words | Units per count | Unit | CT/VT |',
    '|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

/** The catalog as Markdown. Addresses are 0-based wire addresses. */
export function catalogPage(types: ReadonlyMap<string, MeterType>): string {
  const all = [...types.values()];
  return `${[
    '# Meter types',
    '',
    '<!-- Made by `npm run generate` from config/meter-types. Do not edit. -->',
    '',
    '`unverified`: the figures come from the named source; nobody has tried them on the meter itself. Compare the first',
    'readings with its display. Bold quantities are accounted for, the others are for display. Addresses are 0-based wire',
    'addresses; `primary` means that the meter already multiplies by CT and VT. A new type is one file in',
    '`config/meter-types` ([steps](../CONTRIBUTING.md#a-new-meter-type-is-one-file)); a meter that is not here can be',
    'mapped in the site file with `type: generic`.',
    '',
    '| Type | Maker | Model | Status | Counts |',
    '|---|---|---|---|---|',
    ...all.map((type) => {
      const counts = type.pulseInputs
        ? `${Object.keys(type.pulseInputs).length} pulse inputs`
        : Object.keys(type.channels).join(', ');
      return `| \`${type.id}\` | ${cell(type.maker)} | ${cell(type.model)} | ${type.status} | ${counts} |`;
    }),
    '',
    all.map(section).join('\n\n'),
  ].join('\n')}\n`;
}
