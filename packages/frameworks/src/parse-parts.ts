import type { FrameworkDefinition } from '@overseer/core/spec';

/**
 * Finds the components of a framework in a request in words, by their titles as headings: `## Action`, `**Action**:`,
 * `Action:`. Words before the first heading go to the component `main`. A request with fewer than two of the headings
 * is taken as it is: nothing is found. Lines in code fences are never headings. Linear in the length of the request.
 */
export function parseParts(
  definition: FrameworkDefinition,
  main: string,
  request: string,
): Readonly<Record<string, string>> {
  const ids = new Map(definition.components.map(({ id, title }) => [title.toLowerCase(), id]));
  const parts = new Map<string, string[]>();
  let current: string[] = [];
  parts.set(main, current);
  let fenced = false;
  const found = new Set<string>();
  for (const line of request.split(/\r\n|\n|\r/)) {
    if (/^\s{0,3}(?:```|~~~)/.test(line)) fenced = !fenced;
    const heading = fenced ? undefined : readHeading(line, ids);
    if (heading === undefined) {
      current.push(line);
      continue;
    }
    found.add(heading.id);
    current = parts.get(heading.id) ?? [];
    parts.set(heading.id, current);
    if (heading.rest !== '') current.push(heading.rest);
  }
  return found.size < 2 ? {} : textsOf(parts);
}

/** A hash heading, or words that end in a colon; emphasis does not matter. */
const hashHeading = /^ {0,3}#{1,6}[ \t]+[*_]{0,3}([\p{L} ]{1,60}?)[*_]{0,3}:?[*_]{0,3}[ \t]*$/u;
const wordHeading = /^ {0,3}(?:[-*+] )?[*_]{0,3}([\p{L} ]{1,60}?)[*_]{0,3}:[*_]{0,3}(.*)$/u;

function readHeading(
  line: string,
  ids: ReadonlyMap<string, string>,
): { readonly id: string; readonly rest: string } | undefined {
  const match = hashHeading.exec(line) ?? wordHeading.exec(line);
  const id = ids.get((match?.[1] ?? '').trim().toLowerCase());
  return id === undefined ? undefined : { id, rest: (match?.[2] ?? '').trim() };
}

function textsOf(parts: ReadonlyMap<string, readonly string[]>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...parts]
      .map(([id, lines]) => [id, lines.join('\n').trim()] as const)
      .filter(([, text]) => text !== ''),
  );
}
