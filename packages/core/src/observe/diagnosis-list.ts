import type { OverseerEvent } from '../spec/event.ts';
import type { TaskDiagnosis } from './failure-report.ts';

/** Diagnoses that are kept. */
const KEPT = 50;

/** What was found out about the tasks of a run that did not come to their end, and what came of that: a bounded fold. */
export class DiagnosisList {
  readonly #list: TaskDiagnosis[] = [];

  /** Takes the next event of the run. */
  take(event: OverseerEvent): void {
    const { task = '', at } = event;
    if (event.type === 'task.diagnosed') {
      const { diagnosis, action } = event.data;
      this.#list.push({ task, at, diagnosis, action });
      if (this.#list.length > KEPT) this.#list.shift();
    } else if (event.type === 'plan.patched') this.#close(task, wordsOf(event.data));
    else if (event.type === 'task.failed') this.#close(task, event.data.because);
  }

  /** All that are kept, oldest first; `undefined` where there was none. */
  get all(): readonly TaskDiagnosis[] | undefined {
    return this.#list.length === 0 ? undefined : [...this.#list];
  }

  #close(task: string, outcome: string): void {
    const at = this.#list.findLastIndex(
      (one) => one.task === task && one.action === 're-plan' && one.outcome === undefined,
    );
    const open = this.#list[at];
    if (open !== undefined) this.#list[at] = { ...open, outcome };
  }
}

function wordsOf({ by, because, added, removed }: OverseerEvent<'plan.patched'>['data']): string {
  if (removed.length > 0) return `given up by a ${by}: ${because}`;
  if (added.length === 0) return `said anew by a ${by}: ${because}`;
  return `replaced by a ${by} with ${added.map(({ key }) => key).join(', ')}: ${because}`;
}
