import type { AttemptHost, AttemptPlace, LiveAttempt } from '../attempt/attempt-host.ts';
import { callModel, type LetThrough } from '../attempt/call-model.ts';
import { drive } from '../attempt/drive.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import type { AttemptState, RunState, TaskState } from '../journal/run-state.ts';
import type { Chains } from '../validate/chain.ts';

/** The attempts that this process works on, each with what it holds, until each is let go. */
export class LiveAttempts {
  readonly #host: AttemptHost;
  readonly #live = new Map<string, { readonly at: AttemptPlace; work: Promise<void> }>();
  readonly #chains: Chains;
  readonly #onBroken: (at: AttemptPlace, error: unknown) => void;

  /** `onBroken` hears of an attempt that ended by an error nobody planned for. */
  constructor(
    host: AttemptHost,
    chains: Chains,
    onBroken: (at: AttemptPlace, error: unknown) => void,
  ) {
    this.#host = host;
    this.#chains = chains;
    this.#onBroken = onBroken;
  }

  get size(): number {
    return this.#live.size;
  }

  /** Takes on the attempt that a task has now. */
  adopt(run: RunState, task: TaskState, attempt: AttemptState): AttemptPlace {
    const live: LiveAttempt = {
      cancel: new Cancellation(),
      chain: this.#chains.of(task.task),
      workspace: undefined,
    };
    const at: AttemptPlace = { run, task, attempt, live };
    this.#live.set(attempt.id, { at, work: Promise.resolve() });
    return at;
  }

  /** The attempt that a task has now, if this process works on it. */
  of(task: TaskState): AttemptPlace | undefined {
    return task.attempt === undefined ? undefined : this.#live.get(task.attempt.id)?.at;
  }

  /** All attempts of one run, or of all. */
  list(run?: string): readonly AttemptPlace[] {
    const places = [...this.#live.values()].map(({ at }) => at);
    return run === undefined ? places : places.filter((at) => at.run.id === run);
  }

  /** Once `ready` resolves, makes the call if there is one, then goes on as far as the attempt gets by itself. */
  go(at: AttemptPlace, ready: Promise<void> | undefined, call: LetThrough | undefined): void {
    const entry = this.#live.get(at.attempt.id);
    if (entry !== undefined) entry.work = this.#work(at, ready, call);
  }

  /** Resolves when nothing of these attempts is under way any more, what they set going among themselves included. */
  async quiet(run?: string): Promise<void> {
    const seen = new Set<Promise<void>>();
    const fresh = (): readonly Promise<void>[] =>
      [...this.#live.values()].flatMap(({ at, work }) =>
        (run === undefined || at.run.id === run) && !seen.has(work) ? [work] : [],
      );
    for (let works = fresh(); works.length > 0; works = fresh()) {
      for (const work of works) seen.add(work);
      await Promise.all(works);
    }
  }

  /** Lets go of an attempt that ended, or that another process may take up. */
  release(at: AttemptPlace): void {
    this.#live.delete(at.attempt.id);
  }

  async #work(
    at: AttemptPlace,
    ready: Promise<void> | undefined,
    call: LetThrough | undefined,
  ): Promise<void> {
    try {
      if (ready !== undefined) await ready;
      if (call !== undefined) {
        await callModel(this.#host, at, call);
        this.#host.callEnded(at);
      }
      await drive(this.#host, at);
    } catch (error) {
      if (at.live.cancel.aborted) return;
      this.#onBroken(at, error);
    }
  }
}

/** What to tell people of an error that nobody planned for. */
export function describeError(error: unknown): string {
  if (OverseerError.is(error)) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
