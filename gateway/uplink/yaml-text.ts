/** A value without cycles, as JSON has them. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** YAML 1.2 in block style. Strings are quoted as in JSON, which YAML reads the same; plain keys are left bare. */
export function toYaml(value: Plain, indent = ''): string {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((item: Plain) => `${indent}-${nested(item, indent)}`).join('');
  }
  if (isRecord(value) && Object.keys(value).length > 0) {
    return Object.entries(value)
      .map(
        ([key, item]) =>
          `${indent}${/^[A-Za-z$][\w$-]*$/.test(key) ? key : JSON.stringify(key)}:${nested(item, indent)}`,
      )
      .join('');
  }
  return `${indent}${JSON.stringify(value)}\n`;
}

function nested(item: Plain, indent: string): string {
  const hasLines = typeof item === 'object' && item !== null && Object.keys(item).length > 0;
  return hasLines ? `\n${toYaml(item, `${indent}  `)}` : ` ${JSON.stringify(item)}\n`;
}

function isRecord(value: Plain): value is { readonly [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
