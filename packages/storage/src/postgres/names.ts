/** A name as PostgreSQL can hold it: its text has no null byte and no half of a surrogate pair. */
export function toText(name: string): string {
  return name.replace(/[\\\0]|\p{Surrogate}/gu, (unit) =>
    unit === '\\' ? '\\\\' : `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The name that a text stands for. */
export function fromText(text: string): string {
  return text.replace(/\\(?:\\|u([0-9a-f]{4}))/g, (_, unit?: string) =>
    unit === undefined ? '\\' : String.fromCharCode(Number.parseInt(unit, 16)),
  );
}
