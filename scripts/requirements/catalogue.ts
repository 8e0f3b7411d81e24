/** How far a requirement is. */
export type Mark = 'done' | 'begun' | 'open';

/** One row of `docs/requirements.md`. */
export interface Requirement {
  readonly id: string;
  readonly what: string;
  readonly mark: Mark;
}

const ROW = /^\|\s*([A-Z]\d{1,2})\s*\|\s*(.*?)\s*\|\s*(\S*)\s*\|\s*$/;
const MARKS: readonly Mark[] = ['done', 'begun', 'open'];

/** Reads the catalogue's rows in order. Throws `Error` naming the line whose mark or id is wrong. */
export function readCatalogue(markdown: string): readonly Requirement[] {
  const found = new Map<string, Requirement>();
  for (const [index, line] of markdown.split('\n').entries()) {
    const [, id, what, word] = ROW.exec(line) ?? [];
    if (id === undefined || what === undefined) continue;
    const mark = MARKS.find((known) => known === word);
    if (mark === undefined) {
      throw new Error(`Line ${index + 1}: ${id} is marked "${word}"; use ${MARKS.join(', ')}.`);
    }
    if (found.has(id)) throw new Error(`Line ${index + 1}: ${id} is there twice.`);
    found.set(id, { id, what, mark });
  }
  return [...found.values()];
}
