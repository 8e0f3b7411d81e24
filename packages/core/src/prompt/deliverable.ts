import type { PlanTask } from '../spec/index.ts';
import { describeCheck } from './describe-check.ts';
import { untrustedLine } from './untrusted.ts';

/** The form of a task's result and the criteria that decide on it, from its files and checks. */
export function deliverable(task: PlanTask, hasTools: boolean): string {
  const form = task.files.length === 0 ? answerForm(hasTools) : filesForm(task.files);
  const criteria = task.checks.map(describeCheck).filter((criterion) => criterion !== '');
  if (criteria.length === 0) return form;
  return `${form}\n\nThe result is accepted when:\n${criteria.map((one) => `- ${one}`).join('\n')}`;
}

function filesForm(files: readonly string[]): string {
  const list = files.map((file) => `- \`${untrustedLine(file, 400)}\``).join('\n');
  return `Files that you may write, and no others:\n${list}`;
}

/** What the system message says in other words already, of a task that has no tools. */
const PLAIN_ANSWER = 'The result is the text of your answer.';

/** A deliverable without what the system message says already; empty where that is all. */
export function withoutPlainAnswer(result: string): string {
  return result.startsWith(PLAIN_ANSWER) ? result.slice(PLAIN_ANSWER.length).trimStart() : result;
}

function answerForm(hasTools: boolean): string {
  return hasTools
    ? 'The result is what you change with your tools, and the text of your answer.'
    : PLAIN_ANSWER;
}
