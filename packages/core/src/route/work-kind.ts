/** What sets the two words apart; in neither of them. */
const BETWEEN = '\u0000';

/** A kind of task with prompts of one framework as one word; the kind itself where none is named. Pure. */
export function workKind(kind: string, framework: string | undefined): string {
  return framework === undefined ? kind : `${kind}${BETWEEN}${framework}`;
}

/** The kind of task that a word of `workKind` is about, whatever the framework. Pure. */
export function plainKind(work: string): string {
  const at = work.indexOf(BETWEEN);
  return at < 0 ? work : work.slice(0, at);
}
