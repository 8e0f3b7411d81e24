/**
 * One text for each JSON value, whatever the order of its keys: keys sorted by code unit, text in Unicode form NFC,
 * `undefined` left out of objects and written as null in arrays. Numbers that JSON lacks are written by their name, so
 * that no two different values share a text. For comparing and hashing; it is not meant to be read back.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.normalize('NFC'));
    case 'number':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? arrayText(value) : objectText(value);
    default:
      return value === undefined ? 'null' : String(value);
  }
}

function arrayText(values: readonly unknown[]): string {
  let text = '[';
  for (const [at, value] of values.entries()) {
    text += at === 0 ? canonicalJson(value) : `,${canonicalJson(value)}`;
  }
  return `${text}]`;
}

function objectText(value: object): string {
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  // By code unit, as the same everywhere: an order by locale would give other hashes on other machines.
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  let text = '{';
  for (const [at, [name, member]] of entries.entries()) {
    text += `${at === 0 ? '' : ','}${canonicalJson(name)}:${canonicalJson(member)}`;
  }
  return `${text}}`;
}
