/** A document as it fits a query. */
export interface Ranked {
  /** Its place among those that were sent. */
  readonly index: number;
  /** From 0 to 1. */
  readonly relevance_score: number;
}

/** Documents by how many of their words are the query's, the best first; `most` bounds how many. */
export function rank(
  query: string,
  documents: readonly string[],
  most: number = documents.length,
): readonly Ranked[] {
  const wanted = wordsOf(query);
  return documents
    .map((document, index) => ({ index, relevance_score: overlap(wanted, wordsOf(document)) }))
    .sort((a, b) => b.relevance_score - a.relevance_score)
    .slice(0, Math.max(0, most));
}

function wordsOf(text: string): ReadonlySet<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}

function overlap(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length;
  const all = a.size + b.size - shared;
  return all === 0 ? 0 : shared / all;
}
