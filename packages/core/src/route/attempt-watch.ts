import { BROKEN_CHECK } from '../internal/broken-check.ts';
import { RecentMap } from '../internal/recent-map.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Finding } from '../spec/validator.ts';

/** What an attempt came to, as far as it says something about its model. */
export interface AttemptOutcome {
  /** What the model is, `provider/id`, or its name in the team where the journal tells no more. */
  readonly model: string;
  readonly kind: string;
  /** What the task says. */
  readonly text: string;
  readonly answer: string;
  readonly good: boolean;
  /** The model of the attempt before this one whose answer was refused; `undefined` for the first answer. */
  readonly before: string | undefined;
  /** What was wrong with that answer. */
  readonly beforeFindings: readonly Finding[];
  readonly findings: readonly Finding[];
  readonly tokens: number;
  readonly microUsd: number;
}

/** What is noted of an attempt while it goes on. */
interface Watched {
  readonly model: string;
  tokens: number;
  microUsd: number;
  /** A check found something wrong with the answer. */
  isRefused: boolean;
  /** It did not fit the project, or the check itself could not be made: nobody's answer was worse for it. */
  isExcused: boolean;
  /** Its answer is one from before: it says nothing new. */
  isBorrowed: boolean;
}

/** Attempts that go on at once, at most. */
const MOST = 10_000;

/**
 * Watches attempts from their start to their end, and says what each came to. What fails without a verdict on the answer
 * (a server, a budget, a merge that does not fit, a check that could not be made) says nothing about the model.
 */
export class AttemptWatch {
  readonly #open = new RecentMap<Watched>(MOST);
  /** By task that goes on: who was refused last, and why. */
  readonly #refused = new RecentMap<{
    readonly model: string;
    readonly findings: readonly Finding[];
  }>(MOST);

  /** Takes an event into account that is true already; `task` is its task. */
  take(event: OverseerEvent, task: TaskState | undefined): AttemptOutcome | undefined {
    const isOver = event.type === 'task.failed' || event.type === 'task.skipped';
    if (isOver && task !== undefined) this.#refused.delete(keyOf(task));
    const { attempt } = event;
    if (attempt === undefined) return undefined;
    if (event.type === 'task.assigned') {
      this.#begin(attempt, event);
      return undefined;
    }
    const watched = this.#open.get(attempt);
    if (watched === undefined) return undefined;
    switch (event.type) {
      case 'call.finished':
      case 'call.failed':
        watched.tokens += event.data.settled.inputTokens + event.data.settled.outputTokens;
        watched.microUsd += event.data.settled.microUsd;
        return undefined;
      case 'verdict.given':
        if (event.data.verdict.kind === 'fail') note(watched, event.data.verdict.findings);
        return undefined;
      case 'change.refused':
        watched.isExcused = true;
        return undefined;
      case 'call.cached':
        watched.isBorrowed = true;
        return undefined;
      case 'attempt.ended':
      case 'task.done':
        this.#open.delete(attempt);
        return task === undefined ? undefined : this.#outcome(event, task, watched);
      default:
        return undefined;
    }
  }

  /** The model of an attempt under way. */
  modelOf(attempt: string): string | undefined {
    return this.#open.get(attempt)?.model;
  }

  #begin(attempt: string, { data }: OverseerEvent<'task.assigned'>): void {
    const model = data.version ?? data.model;
    if (model === undefined) return;
    this.#open.set(attempt, {
      model,
      tokens: 0,
      microUsd: 0,
      isRefused: false,
      isExcused: false,
      isBorrowed: false,
    });
  }

  #outcome(
    event: OverseerEvent<'attempt.ended' | 'task.done'>,
    task: TaskState,
    watched: Watched,
  ): AttemptOutcome | undefined {
    const good = event.type === 'task.done';
    const key = keyOf(task);
    const before = this.#refused.get(key);
    const findings = good ? [] : (event.data.findings ?? []);
    if (good) this.#refused.delete(key);
    // A plan is refused by its schema's reader, without a verdict.
    const isRefused = watched.isRefused || task.task.kind === 'plan';
    const isJudged = good || (event.data.outcome === 'rejected' && isRefused && !watched.isExcused);
    if (!isJudged || watched.isBorrowed) return undefined;
    if (!good) this.#refused.set(key, { model: watched.model, findings });
    return {
      model: watched.model,
      kind: task.task.kind,
      text: textOf(task.task),
      answer: task.past.at(-1)?.answer ?? '',
      good,
      before: before?.model,
      beforeFindings: before?.findings ?? [],
      findings,
      tokens: watched.tokens,
      microUsd: watched.microUsd,
    };
  }
}

/** What a task says, as routing reads it. */
export function textOf({
  title,
  instruction,
}: {
  readonly title: string;
  readonly instruction: string;
}): string {
  return instruction.startsWith(title) ? instruction : `${title}\n${instruction}`;
}

function keyOf({ run, task }: TaskState): string {
  return `${run}\n${task.key}`;
}

function note(watched: Watched, findings: readonly Finding[]): void {
  if (findings.length > 0 && findings.every(({ code }) => code === BROKEN_CHECK)) {
    watched.isExcused = true;
  } else watched.isRefused = true;
}
