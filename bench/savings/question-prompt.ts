import type { ModelInfo, ModelRequest, PlanTask } from '@overseer/core/spec';
import { normaliseTasks } from '../../packages/core/src/plan/normalise-tasks.ts';
import { composePrompt } from '../../packages/core/src/prompt/compose-prompt.ts';
import { builtinRoles } from '../../packages/core/src/run/role-texts.ts';
import type { Row } from '../routing/rows.ts';

const model: ModelInfo = {
  id: 'model',
  provider: 'any',
  can: { tools: true, json: 'schema', reasoning: false, image: false },
};
const worker = builtinRoles['worker'] ?? { text: '' };

/** The request that the product makes of a question, as a run without tools has it. */
export function requestFor(row: Pick<Row, 'prompt' | 'kind'>): ModelRequest {
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
    history: [],
  });
  return { messages, temperature: 0 };
}

/** A question as a task. */
function taskOf({ prompt, kind }: Pick<Row, 'prompt' | 'kind'>): PlanTask {
  const [task] = normaliseTasks([{ key: 'question', title: 'Answer', instruction: prompt, kind }]);
  if (task === undefined) throw new Error('A question is one task.');
  return task;
}
