import type { TaskState } from '../journal/run-state.ts';
import type { ToolBreakers, ToolEnd } from '../limit/tool-breakers.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';

/** Tells the breakers of tools what an event says of a tool; `task` is its task, as it was before. */
export function foldToolCalls(
  tools: ToolBreakers,
  task: TaskState | undefined,
  event: OverseerEvent,
): void {
  const { attempt = '', at } = event;
  switch (event.type) {
    case 'task.assigned': {
      // The only call of a step is named for its attempt.
      const step = event.data.model === undefined ? task?.task.step : undefined;
      if (step !== undefined) tools.start(step.tool, attempt, attempt, at);
      return;
    }
    case 'tool.started':
      tools.start(event.data.name, attempt, event.data.id, at);
      return;
    case 'tool.finished': {
      const tool = event.data.name ?? nameOf(task, event.data.id);
      if (tool !== undefined) tools.end(tool, attempt, event.data.id, at, howItEnded(event.data));
      return;
    }
    case 'attempt.ended':
    case 'task.done':
    case 'task.failed':
    case 'task.skipped':
      tools.leave(attempt === '' ? (task?.attempt?.id ?? '') : attempt, at);
      return;
    default:
  }
}

function howItEnded({ isBroken, isError, output }: EventData['tool.finished']): ToolEnd {
  if (isBroken) return { broken: String(output) };
  return isError ? 'unsaid' : 'works';
}

function nameOf(task: TaskState | undefined, id: string): string | undefined {
  const attempt = task?.attempt;
  const tool = attempt?.steps.at(-1)?.tools.get(id) ?? attempt?.toolStep;
  return tool?.id === id ? tool.name : undefined;
}
