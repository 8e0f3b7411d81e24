import type { Runs } from '../journal/fold-run.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { ToolBreakers, ToolEnd } from '../limit/tool-breakers.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';

/** Tells the breakers of tools what an event says of a tool; asks `runs` as they were before it. */
export function foldToolCalls(tools: ToolBreakers, runs: Runs, event: OverseerEvent): void {
  const { attempt = '', at } = event;
  const taskOf = (): TaskState | undefined =>
    runs.get(event.run ?? '')?.tasks.get(event.task ?? '');
  switch (event.type) {
    case 'task.assigned': {
      // The only call of a step is named for its attempt.
      const step = event.data.model === undefined ? taskOf()?.task.step : undefined;
      if (step !== undefined) tools.start(step.tool, attempt, attempt, at);
      return;
    }
    case 'tool.started':
      tools.start(event.data.name, attempt, event.data.id, at);
      return;
    case 'tool.finished': {
      const tool = event.data.name ?? nameOf(taskOf(), event.data.id);
      if (tool !== undefined) tools.end(tool, attempt, event.data.id, at, howItEnded(event.data));
      return;
    }
    case 'attempt.ended':
    case 'task.done':
    case 'task.failed':
    case 'task.skipped':
      tools.leave(attempt === '' ? (taskOf()?.attempt?.id ?? '') : attempt, at);
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
