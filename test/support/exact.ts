/** Decimals out of JSON as they were printed: a number that became a double first cannot be added to the last digit. */

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown;
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown;

/** The document with every number as the characters it is written with. */
export function numbersAsText(json: string): unknown {
  return parse(json, (_, value, { source }) => (typeof value === 'number' ? source : value));
}

/** @throws RangeError for anything but a plain decimal with at most six digits after the point */
export function microOf(text: string): bigint {
  const parts = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (!parts) throw new RangeError(`not a decimal with at most six digits: ${text}`);
  const micro = BigInt(`${parts[2]}${(parts[3] ?? '').padEnd(6, '0')}`);
  return parts[1] === '-' ? -micro : micro;
}
