import type { PromptPractices } from '../prompt/prompt-input.ts';
import type { Member } from '../route/member.ts';
import type { PracticeBook } from '../route/practices.ts';

/** A fault is told once it came this often, and in this share of attempts: once is chance. */
const OFTEN = 3;
const OFTEN_SHARE = 0.1;
/** Faults that are told at once: the costliest. */
const TOLD = 5;

/**
 * What a model is told of its own past at a kind of task, with the framework of the prompt where enough is known of that; nothing where
 * nothing is known. Pure.
 */
export function practicesFor(
  book: PracticeBook,
  member: Member,
  kind: string,
  framework: string | undefined,
): { readonly practices?: PromptPractices } {
  if (!book.hasWords(member.version, kind, framework)) return {};
  const practice = book.of(member.version, kind, framework);
  if (practice === undefined) return {};
  const findings = practice.findings
    .filter(({ times }) => times >= OFTEN && times >= OFTEN_SHARE * practice.attempts)
    .slice(0, TOLD)
    .map(({ pattern }) => pattern)
    // In an order that does not change with every count, so that the beginning of the prompt stays the same.
    .sort();
  const notes = practice.notes.map(({ note }) => note);
  return notes.length + findings.length === 0 ? {} : { practices: { notes, findings } };
}
