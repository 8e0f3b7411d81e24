import type { PlanTask } from '../spec/task.ts';
import type { Answer, ValidationContext, Validator, Verdict } from '../spec/validator.ts';

/** A task with everything that it may leave out. */
export function taskOf(some: Partial<PlanTask> = {}): PlanTask {
  return {
    key: 't',
    title: 'Write slugify',
    instruction: 'Write a function that makes slugs.',
    kind: 'code',
    needs: [],
    files: [],
    priority: 'medium',
    checks: [],
    ...some,
  };
}

/** What a validator sees where a test says nothing else. */
export function contextOf(some: Partial<ValidationContext> = {}): ValidationContext {
  const { signal } = new AbortController();
  return { task: taskOf(), signal, changed: [], value: undefined, ...some };
}

/** An answer in words. */
export function answerOf(text: string): Answer {
  return { text, parts: [{ type: 'text', text }] };
}

/** The verdict of a validator that asks nobody. */
export async function verdictOf(
  validator: Validator,
  text: string,
  some: Partial<ValidationContext> = {},
): Promise<Verdict> {
  const outcome = await validator.validate(answerOf(text), contextOf(some));
  if (outcome.kind === 'ask') throw new Error(`it asks: ${outcome.request}`);
  return outcome;
}

/** What is wrong, in words; empty for a pass. */
export function messagesOf(verdict: Verdict): readonly string[] {
  return verdict.kind === 'pass' ? [] : verdict.findings.map(({ message }) => message);
}
