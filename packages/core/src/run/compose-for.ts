import type { PastAttempt, RunState, TaskState } from '../journal/run-state.ts';
import { type ComposedPrompt, composePrompt, type PromptInput } from '../prompt/compose-prompt.ts';
import type { Member } from '../route/member.ts';
import type { ToolDescription } from '../spec/model.ts';
import type { Decider } from './decider.ts';
import { offerTools } from './offer-tools.ts';
import { practicesFor } from './practices-for.ts';
import { promptInputs } from './prompt-inputs.ts';
import { quotaIsSpent, toolsFor } from './tools-for.ts';

/** Composes the prompt of a new attempt of `member` at `task`; tools that are out of order, or whose quota is used up, are not offered. Pure. */
export function composeFor(
  { settings, projection }: Pick<Decider, 'settings' | 'projection'>,
  run: RunState,
  task: TaskState,
  member: Member,
  nowMs: number,
  compose: (input: PromptInput) => ComposedPrompt = composePrompt,
): { readonly prompt: ComposedPrompt; readonly tools: readonly ToolDescription[] } {
  const parts = settings.roles.of(task.task);
  const known = toolsFor({ settings, projection }, run, task, member, nowMs);
  const isSpent = (tool: string): boolean => quotaIsSpent(settings, run, task, member, tool, nowMs);
  const { tools, context } = offerTools(projection.tools, known, run.context, nowMs, isSpent);
  const prompt = compose({
    task: task.task,
    roleName: parts.name,
    role: parts.role,
    modelName: member.name,
    model: member.model.info,
    goodAt: member.goodAt,
    framework: parts.framework,
    ...practicesFor(
      projection.routing.practices,
      member,
      task.task.kind,
      parts.framework?.definition.id,
    ),
    context,
    tools,
    inputs: promptInputs(run, task),
    history: task.past.flatMap((past) =>
      tellsMore(past, member)
        ? [{ answer: past.answer, findings: past.findings, because: past.because }]
        : [],
    ),
  });
  return { prompt, tools };
}

/** Another model's answer that was refused without a word of what was wrong costs more to read than it tells; one that went round in circles is told of. */
function tellsMore({ outcome, model, findings }: PastAttempt, { name }: Member): boolean {
  if (outcome === 'failed') return findings.length > 0;
  return outcome === 'rejected' && (model === name || findings.length > 0);
}
