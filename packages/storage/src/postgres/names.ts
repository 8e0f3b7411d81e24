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

/** How names in the table of streams begin that are none of a store: `toText` gives no such text. */
export const ASIDE = '\\ ';

/** In SQL: whether a row of the table of streams is a stream, and not one that is being written anew or was replaced. */
export const IS_STREAM: string = `NOT starts_with(name, '${ASIDE}')`;
