import type { Message, ModelInfo, ModelRequest, PlanTask } from '@overseer/core/spec';
import { normaliseTasks } from '../../packages/core/src/plan/normalise-tasks.ts';
import { composePrompt } from '../../packages/core/src/prompt/compose-prompt.ts';
import { PLAIN_ANSWER } from '../../packages/core/src/prompt/deliverable.ts';
import type { PromptAttempt } from '../../packages/core/src/prompt/prompt-input.ts';
import { untrustedNote } from '../../packages/core/src/prompt/untrusted.ts';
import { builtinRoles } from '../../packages/core/src/run/role-texts.ts';
import type { Row } from '../routing/rows.ts';

const model: ModelInfo = {
  id: 'model',
  provider: 'any',
  can: { tools: true, json: 'schema', reasoning: false, image: false },
};
const worker = builtinRoles['worker'] ?? { text: '' };

/** The request that the product makes of a question, as a run without tools has it. */
export function requestFor(
  row: Pick<Row, 'prompt' | 'kind'>,
  history: readonly PromptAttempt[] = [],
): ModelRequest {
  const { messages } = composePrompt({
    task: taskOf(row),
    roleName: 'worker',
    role: worker,
    modelName: model.id,
    model,
    goodAt: [],
    framework: undefined,
    context: undefined,
    tools: [],
    inputs: [],
    history,
  });
  return { messages, temperature: 0 };
}

/** The same with nothing left out of its prompt: what the product says where there is any use for it, and said here always. */
export function wholeRequestFor(
  row: Pick<Row, 'prompt' | 'kind'>,
  history: readonly PromptAttempt[] = [],
): ModelRequest {
  const request = requestFor(row, history);
  // With earlier attempts the note stands there already.
  const note = history.length > 0 ? '' : `\n${untrustedNote}`;
  const ends: Readonly<Record<string, string>> = {
    system: `${note}\n${SAID_TWICE}`,
    user: `\n\n## The result\n${PLAIN_ANSWER}`,
  };
  const messages = request.messages.map((message): Message => {
    const end = ends[message.role] ?? '';
    return { ...message, parts: [...message.parts, { type: 'text', text: end }] };
  });
  return { ...request, messages };
}

/** A question as a task. */
function taskOf({ prompt, kind }: Pick<Row, 'prompt' | 'kind'>): PlanTask {
  const [task] = normaliseTasks([{ key: 'question', title: 'Answer', instruction: prompt, kind }]);
  if (task === undefined) throw new Error('A question is one task.');
  return task;
}

/** What the role of a worker said beside the system message, which says it in other words. */
const SAID_TWICE = 'You do one task of a larger piece of work. Do exactly the task.';
