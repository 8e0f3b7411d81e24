import type { FilePart, ModelWarning } from '@overseer/core/spec';

/** Whether a file's data is where it can be fetched, and not its bytes. */
export function isUrl(data: string): boolean {
  return /^https?:\/\//.test(data);
}

/** A file that a server does not take, as a text in its place; `why` makes the warning of its name and type. */
export function leftOut(
  { name = 'file', mediaType }: FilePart,
  why: (file: string) => string,
  warnings: ModelWarning[],
): string {
  const file = `${name} (${mediaType})`;
  warnings.push({ kind: 'unsupported', what: 'file', detail: why(file) });
  return `[A file was left out: ${file}]`;
}
