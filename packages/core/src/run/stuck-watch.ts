import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { endAttempt } from '../attempt/drive.ts';
import { isAccepting } from '../attempt/find-change.ts';
import { diagnoseStuck } from '../heal/diagnose.ts';
import { stuckAt } from '../heal/find-stuck.ts';
import type { Healing } from '../heal/healing-options.ts';
import { NextLook } from '../internal/next-look.ts';
import type { Journal } from '../journal/journal.ts';
import type { LiveAttempts } from './live-attempts.ts';
import { outputKey } from './output-key.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** How long what was broken off may take to end before it is left to itself, in ms. */
const LEAVE_MS = 5_000;
/** How long a check may take that says nothing of it, in ms: as `run-checks.ts` has it. */
const CHECK_MS = 600_000;

/** What watching needs of the kernel around it. */
export interface StuckWatchHost {
  readonly settings: Settings;
  readonly projection: Projection;
  readonly journal: Pick<Journal, 'append' | 'closed'>;
  readonly attempts: LiveAttempts;
  readonly attemptHost: AttemptHost;
}

/**
 * Breaks off attempts of which nothing is heard for longer than anything of them may take, so that their tasks are tried
 * again. Leaves alone what waits rightly: a call under way, which must give signs of life to its own watch; whoever waits
 * for a limit, a turn or a person; a change that is going in.
 */
export class StuckWatch {
  readonly #healing: Healing;
  readonly #host: StuckWatchHost;
  readonly #brokenOff = new WeakSet<AttemptPlace>();
  readonly #next: NextLook;

  constructor(healing: Healing, host: StuckWatchHost) {
    this.#healing = healing;
    this.#host = host;
    this.#next = new NextLook(host.settings.clock, () => this.#look());
  }

  /** Something begins: looks in time, if nobody does. */
  begin(): void {
    this.#next.after(this.#healing.stuckMs);
  }

  /** Nothing goes on any more: looks no more until something begins. */
  rest(): void {
    this.#next.rest();
  }

  /** Looks no more at all. */
  close(): void {
    this.#next.close();
  }

  #look(): void {
    const nowMs = this.#host.settings.clock.now();
    const places = this.#host.attempts.list();
    let nextAt = nowMs + this.#healing.stuckMs;
    for (const at of places) {
      const dueAt = this.#dueAt(at);
      if (dueAt > nowMs) nextAt = Math.min(nextAt, dueAt);
      else this.#breakOff(at, nowMs);
    }
    if (places.length > 0) this.#next.after(nextAt - nowMs);
  }

  /** When an attempt counts as stuck, epoch ms; infinity where it waits rightly. */
  #dueAt(at: AttemptPlace): number {
    const { run, task, attempt, live } = at;
    const waits = !live.isDriven || attempt.openCall !== undefined || attempt.hedge !== undefined;
    if (waits || isAccepting(task) || this.#brokenOff.has(at)) return Number.POSITIVE_INFINITY;
    const { projection } = this.#host;
    const trace = projection.traces?.of(task);
    // What went on before its process began says nothing of it.
    const heardAt = Math.max(trace?.at ?? 0, projection.begunAt.get(run.id) ?? 0);
    const typicalMs = projection.durations.median(outputKey(attempt.model ?? '', task.task.kind));
    return stuckAt({ heardAt, typicalMs, allowedMs: this.#allowedMs(at) }, this.#healing);
  }

  /** How long the tools and checks that may be under way take by their own word. */
  #allowedMs({ attempt, live, task }: AttemptPlace): number {
    const { tools } = this.#host.settings;
    const step = task.task.step?.tool;
    const names = (attempt.steps.at(-1)?.parts ?? []).flatMap((part) =>
      part.type === 'tool-call' ? [part.name] : [],
    );
    const ofTools = [...names, ...(step === undefined ? [] : [step])].map(
      (name) => tools.get(name)?.timeoutMs ?? 0,
    );
    const ofChecks = live.chain.map(({ validator }) => validator.timeoutMs ?? CHECK_MS);
    return Math.max(0, ...ofTools, ...ofChecks);
  }

  #breakOff(at: AttemptPlace, nowMs: number): void {
    const { projection, journal, attempts, settings } = this.#host;
    this.#brokenOff.add(at);
    const trace = projection.traces?.of(at.task);
    const silentMs = nowMs - Math.max(trace?.at ?? 0, projection.begunAt.get(at.run.id) ?? 0);
    const because = `nothing was heard of it for ${Math.round(silentMs / 60_000)} min, and nothing of it may take that long`;
    const diagnosis = diagnoseStuck(at.task, trace, because, 'environment', nowMs);
    const place = { run: at.run.id, task: at.task.task.key };
    void journal.append([
      { type: 'task.diagnosed', ...place, data: { diagnosis, action: 'another-try' } },
    ]);
    at.live.cancel.abort(new Error(because));
    let isEnded = false;
    const end = (): void => {
      if (isEnded) return;
      isEnded = true;
      if (journal.closed === undefined && at.task.attempt === at.attempt) this.#end(at, because);
    };
    // What does not hear its signal is left to itself.
    const cancel = settings.clock.after(LEAVE_MS, end);
    void attempts.quietOf(at).then(() => {
      cancel();
      end();
    });
  }

  #end(at: AttemptPlace, because: string): void {
    const findings = [{ message: `It got stuck: ${because}.`, code: 'stuck' }];
    const details = { fault: 'infrastructure' } as const;
    endAttempt(this.#host.attemptHost, at, 'failed', `it was stuck: ${because}`, findings, details);
  }
}
