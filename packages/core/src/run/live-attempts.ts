import type { AttemptHost, AttemptPlace, LiveAttempt } from '../attempt/attempt-host.ts';
import { callModel } from '../attempt/call-model.ts';
import { drive } from '../attempt/drive.ts';
import { callHedged } from '../attempt/hedged-call.ts';
import type { Hedging } from '../attempt/hedging.ts';
import type { LetThrough } from '../attempt/let-through.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import { openCallsOf } from '../journal/open-calls.ts';
import type { AttemptState, RunState, TaskState } from '../journal/run-state.ts';
import type { Chains } from '../validate/chain.ts';

interface Entry {
  readonly at: AttemptPlace;
  /** What is under way; it never rejects. */
  work: Promise<void> | undefined;
}

/** After so many turns of the event loop it is not the telling that takes long. */
const TURNS = 1_000;

/** The attempts that this process works on, each with what it holds, until each is let go. */
export class LiveAttempts {
  readonly #host: AttemptHost;
  readonly #live = new Map<AttemptState, Entry>();
  readonly #chains: Chains;
  readonly #hedging: Hedging | undefined;
  readonly #onBroken: (at: AttemptPlace, error: unknown) => void;

  /** `hedging` says when a second model is asked the same, if ever; `onBroken` hears of an attempt that ended by an error nobody planned for. */
  constructor(
    host: AttemptHost,
    chains: Chains,
    hedging: Hedging | undefined,
    onBroken: (at: AttemptPlace, error: unknown) => void,
  ) {
    this.#host = host;
    this.#chains = chains;
    this.#hedging = hedging;
    this.#onBroken = onBroken;
  }

  /** Takes on the attempt that a task has now. */
  adopt(run: RunState, task: TaskState, attempt: AttemptState): AttemptPlace {
    const live: LiveAttempt = {
      cancel: new Cancellation(),
      chain: this.#chains.of(task.task),
      workspace: undefined,
      isDriven: false,
      waitsForTool: false,
    };
    const at: AttemptPlace = { run, task, attempt, live };
    this.#live.set(attempt, { at, work: undefined });
    const { remote } = this.#host;
    if (remote !== undefined) live.cancel.onAbort(() => remote.abandon(at));
    return at;
  }

  /** Resolves when what went in of the attempts that this process works on is told as done, which is some turns later. */
  async changesTold(): Promise<void> {
    const isTold = (): boolean =>
      this.list().every(({ task, attempt }) => {
        return task.attempt !== attempt || typeof attempt.change !== 'object';
      });
    for (let turn = 0; turn < TURNS && !isTold(); turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Takes on the attempts of a run that this process does not work on already. */
  adoptAll(run: RunState): readonly AttemptPlace[] {
    return [...run.tasks.values()].flatMap((task) =>
      task.attempt === undefined || this.of(task) !== undefined
        ? []
        : [this.adopt(run, task, task.attempt)],
    );
  }

  /** The attempt that a task has now, if this process works on it. */
  of(task: TaskState): AttemptPlace | undefined {
    return task.attempt === undefined ? undefined : this.#live.get(task.attempt)?.at;
  }

  /** All attempts of one run, or of all. */
  list(run?: string): readonly AttemptPlace[] {
    const places = [...this.#live.values()].map(({ at }) => at);
    return run === undefined ? places : places.filter((at) => at.run.id === run);
  }

  /** Goes on with the attempt of a task, if this process works on it. */
  goOn({ run, task }: { readonly run: string; readonly task: string }): void {
    for (const { at } of this.#live.values()) {
      if (at.run.id === run && at.task.task.key === task) this.go(at, undefined, undefined);
    }
  }

  /** Once `ready` resolves, makes the call if there is one, then goes on as far as the attempt gets by itself. */
  go(at: AttemptPlace, ready: Promise<void> | undefined, call: LetThrough | undefined): void {
    const entry = this.#live.get(at.attempt);
    if (entry === undefined) return;
    const work =
      ready === undefined && call === undefined
        ? drive(this.#host, at, this.#break)
        : this.#makeCall(at, ready, call);
    // An attempt that is driven already goes on with what is under way.
    if (work !== undefined || !at.live.isDriven) entry.work = work;
  }

  /** Resolves when nothing of these attempts is under way any more, what they set going among themselves included. */
  async quiet(run?: string): Promise<void> {
    const seen = new Set<Promise<void>>();
    const fresh = (): readonly Promise<void>[] =>
      [...this.#live.values()].flatMap(({ at, work }) =>
        work !== undefined && (run === undefined || at.run.id === run) && !seen.has(work)
          ? [work]
          : [],
      );
    for (let works = fresh(); works.length > 0; works = fresh()) {
      for (const work of works) seen.add(work);
      await Promise.all(works);
    }
  }

  /** The attempts that have no call of a model under way. */
  notCalling(): readonly AttemptPlace[] {
    return this.list().filter(({ attempt }) => openCallsOf(attempt).length === 0);
  }

  /** Resolves when nothing is under way but calls of models. */
  async atRest(): Promise<void> {
    const seen = new Set<Promise<void>>();
    const fresh = (): readonly Promise<void>[] =>
      this.notCalling().flatMap(({ attempt }) => {
        const work = this.#live.get(attempt)?.work;
        return work === undefined || seen.has(work) ? [] : [work];
      });
    for (let works = fresh(); works.length > 0; works = fresh()) {
      for (const work of works) seen.add(work);
      await Promise.all(works);
    }
  }

  /** Resolves when nothing of one attempt is under way. */
  async quietOf(at: AttemptPlace): Promise<void> {
    await this.#live.get(at.attempt)?.work;
  }

  /** Lets go of an attempt that ended, or that another process may take up. */
  release(at: AttemptPlace): void {
    this.#live.delete(at.attempt);
  }

  async #makeCall(
    at: AttemptPlace,
    ready: Promise<void> | undefined,
    call: LetThrough | undefined,
  ): Promise<void> {
    try {
      if (ready !== undefined) await ready;
      if (call !== undefined) {
        if (this.#hedging === undefined) await callModel(this.#host, at, call);
        else await callHedged(this.#host, at, call, this.#hedging);
        this.#host.callEnded(at);
      }
    } catch (error) {
      this.#break(at, error);
      return;
    }
    await drive(this.#host, at, this.#break);
  }

  readonly #break = (at: AttemptPlace, error: unknown): void => {
    if (!at.live.cancel.aborted) this.#onBroken(at, error);
  };
}

/** What to tell people of an error that nobody planned for. */
export function describeError(error: unknown): string {
  if (OverseerError.is(error)) return `${error.message} (${error.code})`;
  return error instanceof Error ? error.message : String(error);
}
