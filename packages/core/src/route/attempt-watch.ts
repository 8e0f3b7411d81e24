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
  /** The id of the framework that its prompt was composed with; `undefined` for one without. */
  readonly framework: string | undefined;
  /** What the task says. */
  readonly text: string;
  readonly answer: string;
  readonly good: boolean;
  /** The model of the attempt before this one whose answer was refused; `undefined` for the first answer. */
  readonly before: string | undefined;
  /** What was wrong with that answer. */
  readonly beforeFindings: readonly Finding[];
  readonly findings: readonly Finding[];
  /** What the model used. */
  readonly tokens: number;
  /** Of these: what was read from what the provider had kept, and what was written. */
  readonly cached: number;
  readonly output: number;
  readonly microUsd: number;
  /** What the attempt cost in all, with another model that was asked the same. */
  readonly paidMicroUsd: number;
}

/** What one model is, and used in an attempt. */
interface Use {
  readonly model: string;
  tokens: number;
  cached: number;
  output: number;
  microUsd: number;
}

/** What is noted of an attempt while it goes on, first of all of the model that it was given to. */
interface Watched extends Use {
  framework: string | undefined;
  /** Of the model that was asked the same last, by a call of its own. */
  second: (Use & { readonly call: string }) | undefined;
  /** The latest answer is the second's. */
  isSeconds: boolean;
  /** What models cost that were asked the same at earlier tries. */
  elsewhereMicroUsd: number;
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
      case 'attempt.started':
        watched.framework = event.data.framework?.id;
        return undefined;
      case 'call.started':
      case 'call.finished':
      case 'call.failed':
        takeCall(watched, event);
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

  /** The model of a call of an attempt under way. */
  modelOf(attempt: string, call: string | undefined): string | undefined {
    const watched = this.#open.get(attempt);
    return watched === undefined ? undefined : useOf(watched, call).model;
  }

  #begin(attempt: string, { data }: OverseerEvent<'task.assigned'>): void {
    const model = data.version ?? data.model;
    if (model === undefined) return;
    this.#open.set(attempt, {
      ...unused(model),
      framework: undefined,
      second: undefined,
      isSeconds: false,
      elsewhereMicroUsd: 0,
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
    const { model, tokens, cached, output, microUsd } = ownOf(watched);
    const key = keyOf(task);
    const before = this.#refused.get(key);
    const findings = good ? [] : (event.data.findings ?? []);
    if (good && before !== undefined) this.#refused.delete(key);
    // A plan is refused by its schema's reader, without a verdict.
    const isRefused = watched.isRefused || task.task.kind === 'plan';
    const isJudged = good || (event.data.outcome === 'rejected' && isRefused && !watched.isExcused);
    if (!isJudged || watched.isBorrowed) return undefined;
    if (!good) this.#refused.set(key, { model, findings });
    return {
      model,
      kind: task.task.kind,
      framework: watched.framework,
      text: textOf(task.task),
      answer: task.past.at(-1)?.answer ?? '',
      good,
      before: before?.model,
      beforeFindings: before?.findings ?? [],
      findings,
      tokens,
      cached,
      output,
      microUsd,
      paidMicroUsd: paidFor(watched),
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

function takeCall(
  watched: Watched,
  event: OverseerEvent<'call.started' | 'call.finished' | 'call.failed'>,
): void {
  const { call = '' } = event;
  if (event.type === 'call.started') {
    if (event.data.hedge === undefined) return;
    watched.elsewhereMicroUsd += watched.second?.microUsd ?? 0;
    watched.second = { ...unused(event.data.hedge.version), call };
    return;
  }
  const use = useOf(watched, call);
  use.tokens += event.data.settled.inputTokens + event.data.settled.outputTokens;
  use.output += event.data.settled.outputTokens;
  use.microUsd += event.data.settled.microUsd;
  if (event.type === 'call.finished') use.cached += event.data.usage.input.cacheRead ?? 0;
  // Of two that answer, the later one counts: the other was broken off, or gave nothing whole.
  if (event.type === 'call.finished') watched.isSeconds = use !== watched;
}

function unused(model: string): Use {
  return { model, tokens: 0, cached: 0, output: 0, microUsd: 0 };
}

function useOf(watched: Watched, call: string | undefined): Use {
  const { second } = watched;
  return second !== undefined && second.call === call ? second : watched;
}

/** What the model used whose answer it is. */
function ownOf(watched: Watched): Use {
  return watched.isSeconds ? (watched.second ?? watched) : watched;
}

function paidFor({ microUsd, second, elsewhereMicroUsd }: Watched): number {
  return microUsd + (second?.microUsd ?? 0) + elsewhereMicroUsd;
}

function keyOf({ run, task }: TaskState): string {
  return `${run}\n${task.key}`;
}

function note(watched: Watched, findings: readonly Finding[]): void {
  if (findings.length > 0 && findings.every(({ code }) => code === BROKEN_CHECK)) {
    watched.isExcused = true;
  } else watched.isRefused = true;
}
