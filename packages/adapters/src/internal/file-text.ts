import type { FilePart, ModelWarning } from '@overseer/core/spec';

/** Whether a file's data is where it can be fetched, and not its bytes. */
export function isUrl(data: string): boolean {
  return /^https?:\/\//.test(data);
}

/** Whether a file is text, given in bytes: also where its type does not begin so, as that of JSON. */
export function isText({ mediaType, data }: FilePart): boolean {
  return TEXT.test(mediaType) && !isUrl(data);
}

const TEXT =
  /^text\/|[/+-](json5?|jsonl|ndjson|xml|ya?ml|toml|javascript|typescript|sql|graphql)(;|$)/i;

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
