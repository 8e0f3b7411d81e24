/** One answer that counts in a vote. */
export interface Vote {
  readonly key: string;
  readonly text: string;
}

/** What a vote gave: an answer of more than half, or the different answers, the first of each. */
export type VoteCount =
  | { readonly kind: 'majority'; readonly key: string; readonly votes: number }
  | { readonly kind: 'split'; readonly keys: readonly string[] };

/**
 * Counts equal answers, whatever their case, spacing, end of sentence and Markdown marks around them; answers in JSON
 * are equal when their values are. An answer wins with more than half of the votes, and then the first that said so
 * stands for it. Pure.
 */
export function countVotes(votes: readonly Vote[]): VoteCount {
  const groups = new Map<string, readonly Vote[]>();
  for (const vote of votes) {
    const said = normaliseAnswer(vote.text);
    groups.set(said, [...(groups.get(said) ?? []), vote]);
  }
  const all = [...groups.values()];
  const winner = all.find((group) => group.length * 2 > votes.length);
  const [first] = winner ?? [];
  if (winner !== undefined && first !== undefined) {
    return { kind: 'majority', key: first.key, votes: winner.length };
  }
  return { kind: 'split', keys: all.flatMap(([one]) => (one === undefined ? [] : [one.key])) };
}

/** What an answer says, without what does not matter in how it says it. */
export function normaliseAnswer(text: string): string {
  const plain = withoutFence(text.normalize('NFKC').trim());
  return (
    canonicalJson(plain) ??
    plain
      .toLowerCase()
      .replace(/\s+/g, ' ')
      .replace(/^[\s*_`"'“”‘’]+|[\s*_`"'“”‘’.!。]+$/g, '')
  );
}

/** The content of a Markdown fence that is all there is. */
function withoutFence(text: string): string {
  return /^```[\w-]*\n([\s\S]*?)\n?```$/.exec(text)?.[1]?.trim() ?? text;
}

/** Objects and arrays with their keys in order; plain words and numbers are compared as text. */
function canonicalJson(text: string): string | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.stringify(JSON.parse(text), (_, value: unknown) => sorted(value));
  } catch {
    return undefined;
  }
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
