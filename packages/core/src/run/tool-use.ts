import type { ToolLimits } from '../limit/tool-limits.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { isSetBack } from './set-back.ts';

/** Who called in journals from before it was told; no quota of a role counts that. */
const SOMEBODY = { role: '' };

/** Folds what the quotas of tools count from the events of calls. Costs nothing where there are none. */
export class ToolUse {
  readonly #limits: ToolLimits;
  /** The attempts that call a tool with a quota now, and for which task. */
  readonly #open = new Map<string, { readonly run: string; readonly task: string }>();
  #latestAt = Number.NEGATIVE_INFINITY;

  constructor(limits: ToolLimits) {
    this.#limits = limits;
  }

  /** Takes one event into account, in order. */
  take(event: OverseerEvent): void {
    if (this.#limits.isEmpty) return;
    if (isSetBack(this.#latestAt, event.at)) {
      this.#limits.setBack(event.at);
      this.#latestAt = event.at;
    }
    this.#latestAt = Math.max(this.#latestAt, event.at);
    const { run = '', task = '', attempt = '' } = event;
    switch (event.type) {
      case 'clock.jumped':
        this.#limits.setForward(event.data.byMs, event.at);
        return;
      case 'tool.started':
        this.#start(event);
        return;
      case 'tool.finished':
        this.#end(attempt, event.data.isError === true ? undefined : event.at);
        return;
      case 'question.asked':
        // A person may take days to say whether it happened.
        if (event.data.tool !== undefined) this.#end(attempt);
        return;
      case 'attempt.ended':
        this.#end(attempt);
        return;
      case 'task.failed':
      case 'task.skipped':
        this.#endWhere((open) => open.run === run && open.task === task);
        return;
      case 'run.finished':
        this.#endWhere((open) => open.run === run);
        return;
      case 'lease.taken':
        if (event.data.custody === true) return;
        this.#open.clear();
        this.#limits.endAll();
        return;
      default:
    }
  }

  #start(event: OverseerEvent<'tool.started'>): void {
    const { name, caller = SOMEBODY, microUsd = 0, holds = [] } = event.data;
    if (!this.#limits.bounds(name)) return;
    const { run = '', task = '', attempt = '', at } = event;
    this.#open.set(attempt, { run, task });
    this.#limits.start(attempt, { tool: name, caller, run, microUsd }, at, holds);
  }

  #end(attempt: string, succeededAt?: number): void {
    if (this.#open.delete(attempt)) this.#limits.end(attempt, succeededAt);
  }

  #endWhere(isOver: (open: { readonly run: string; readonly task: string }) => boolean): void {
    for (const [attempt, open] of this.#open) if (isOver(open)) this.#end(attempt);
  }
}
