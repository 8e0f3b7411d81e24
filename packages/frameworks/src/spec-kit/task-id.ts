/** An id at the start of a task's text, and the text behind it. */
export interface FoundId {
  readonly id: string | undefined;
  readonly text: string;
}

/** Forms of ids, in the order in which they are tried; each captures the bare id. */
const forms: readonly RegExp[] = [
  /^(?:\*\*|__|~~)?`?\[?(T-?\d{1,5}[a-z]?(?:[.-]\d{1,5}[a-z]?){0,4})(?!\w)/,
  /^(?:\*\*|__)?(\d{1,5}(?:\.\d{1,5}){1,4}[a-zA-Z]?)(?=[.):\s*_\\]|$)/,
  /^(?:\*\*|__)?(\d{1,5})(?:\\?\.|\))(?=[\s*_]|$)/,
  /^(?:\*\*|__)?Task\s{1,4}(\d{1,5}(?:\.\d{1,5}){0,4})(?=[:.\s*]|$)/i,
  /^(?:\*\*|__)?([A-Z]{2,8}-?\d{1,5}(?:[.-]\d{1,5}){0,4})(?=[:.\s*)]|$)/,
];

/** What may stand between an id and the text: ends of bold or code, a colon, a dash. */
const glue = /^(?:\]|`|\*\*|__|~~){0,4}[:.)]?(?:\*\*|__)?\s*(?:[—–-]\s+)?/;
const commented = /<!--\s{0,8}id:\s{0,8}([\w.-]{1,64})\s{0,8}-->/;

/** Finds a task's id, plain, bold, struck, in code or brackets, or in a comment behind it. */
export function findId(rest: string): FoundId {
  for (const form of forms) {
    const match = form.exec(rest);
    if (match === null) continue;
    const behind = rest.slice(match[0].length);
    return { id: match[1], text: behind.slice(glue.exec(behind)?.[0].length ?? 0) };
  }
  const comment = commented.exec(rest);
  if (comment === null) return { id: undefined, text: rest };
  return { id: comment[1], text: rest.replace(comment[0], '').trim() };
}

/** Whether an id is of Spec Kit's own form, `T001`. */
export function isTaskId(id: string | undefined): boolean {
  return id !== undefined && /^T\d{3,}/.test(id);
}
