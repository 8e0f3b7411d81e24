import { OverseerError } from '../errors/overseer-error.ts';
import { atMost } from '../internal/at-most.ts';
import type { Deadlines } from '../internal/deadlines.ts';
import type { Journal } from '../journal/journal.ts';
import { openCallsOf } from '../journal/open-calls.ts';
import type { RunState } from '../journal/run-state.ts';
import type { LiveAttempts } from './live-attempts.ts';
import type { PassOn } from './pass-on.ts';
import type { RemoteCalls } from './remote-calls.ts';
import type { Removals } from './removals.ts';
import type { RunControl } from './run-control.ts';
import type { RunEnds } from './run-ends.ts';
import type { Settings } from './settings.ts';
import type { Succession } from './succession.ts';

/** What comes to rest. */
export interface ClosingParts {
  readonly settings: Pick<Settings, 'clock' | 'graceMs'>;
  readonly journal: Journal;
  readonly attempts: LiveAttempts;
  readonly stops: RunControl['stops'];
  readonly removals: Removals;
  readonly deadlines: Deadlines;
  readonly passOn: PassOn;
  readonly succession: Succession;
  readonly ends: RunEnds;
  /** Calls that go on without this overseer, by workers. */
  readonly remote: Pick<RemoteCalls, 'has'> | undefined;
  /** What begins something by itself. */
  readonly starters: readonly { close(): void }[];
  /** Resolves when no change goes into the files any more, such as a rollback's. */
  changesOver(): Promise<void>;
  /** The runs that are not finished. */
  unfinished(): readonly RunState[];
}

/** How a kernel comes to rest: to be closed, to hand its work over, or because its journal failed. */
export class ClosingDown {
  readonly #parts: ClosingParts;
  #begun: Promise<void> | undefined;

  constructor(parts: ClosingParts) {
    this.#parts = parts;
  }

  /** Whether nothing may begin any more. */
  get hasBegun(): boolean {
    return this.#begun !== undefined;
  }

  /** Throws `OverseerError` `overseer.closed` once it has begun. */
  requireOpen(): void {
    if (this.#begun === undefined) return;
    throw new OverseerError(
      'overseer.closed',
      'The overseer of this run was closed; create another one and open the run with it.',
    );
  }

  /**
   * Starts nothing more, waits for what is in flight as long as `graceMs`, aborts the rest, and suspends what is not finished, where it
   * was opened for work.
   */
  async close(purpose: 'work' | 'orders'): Promise<void> {
    const { settings, attempts, passOn, stops, removals, deadlines, journal, remote } = this.#parts;
    const { clock, graceMs } = settings;
    await this.#begin();
    await atMost(clock, graceMs, attempts.quiet());
    for (const at of attempts.list()) {
      if (remote?.has(at.attempt.openCall?.id ?? '') === true) continue;
      at.live.cancel.abort(new OverseerError('overseer.closed', 'the overseer was closed'));
    }
    await attempts.quiet();
    await passOn.over();
    await stops.over();
    // Who has the project next must not meet a change that is half made.
    await this.#parts.changesOver();
    await atMost(clock, graceMs, removals.over());
    deadlines.close();
    if (journal.failure === undefined && purpose === 'work') await this.#suspendAll();
    journal.followers.end();
  }

  /**
   * Begins nothing more, and lets everything come to rest but the calls of models that are under way, of which it gives the
   * ids; what does not within `graceMs` is aborted. Calls may end within `waitMs`.
   */
  async freeze(waitMs: number): Promise<readonly string[]> {
    const { settings, attempts, stops } = this.#parts;
    await this.#begin();
    await atMost(settings.clock, settings.graceMs, attempts.atRest());
    if (waitMs > 0) await atMost(settings.clock, waitMs, attempts.quiet());
    for (const at of attempts.notCalling()) {
      at.live.cancel.abort(new Error('the project is handed over'));
    }
    await attempts.atRest();
    await stops.over();
    await this.#parts.changesOver();
    return attempts.list().flatMap(({ attempt }) => openCallsOf(attempt).map(({ id }) => id));
  }

  /** The project goes to another store: ends of calls that come from now on are evidence of that handoff. */
  leaveFor(handoff: string): void {
    this.#parts.passOn.leave(handoff);
  }

  /** Tells everybody who waits for a run that it goes on elsewhere. */
  leave(because: string): void {
    for (const run of this.#parts.unfinished()) {
      this.#parts.ends.tell(run.id, { status: 'stopped', because, state: run });
    }
  }

  /** Resolves when no call is under way any more, and all that came for others was passed on. */
  async drained(): Promise<void> {
    await this.#parts.attempts.quiet();
    await this.#parts.passOn.over();
  }

  /** The journal failed: memory is ahead of the truth, and nothing goes on from it. */
  fail(failure: Error): void {
    const { attempts, passOn, ends } = this.#parts;
    void this.#begin();
    // What is paid for already may be of use to whoever has the project now.
    const left = passOn.isDue ? attempts.notCalling() : attempts.list();
    for (const at of left) at.live.cancel.abort(failure);
    ends.fail(failure);
  }

  /** Once, however often it is wanted: what it waits for is waited for once. */
  #begin(): Promise<void> {
    this.#begun ??= this.#start();
    return this.#begun;
  }

  async #start(): Promise<void> {
    const { starters, succession, settings } = this.#parts;
    for (const starter of starters) starter.close();
    // A store that does not answer holds nobody up.
    await atMost(settings.clock, settings.graceMs, succession.close());
  }

  async #suspendAll(): Promise<void> {
    const { journal, ends } = this.#parts;
    const because = 'the overseer was closed; resume the run to go on';
    for (const run of this.#parts.unfinished()) {
      if (run.status === 'running') {
        // A failed write ends the journal, which tells everybody.
        void journal.append([{ type: 'run.suspended', run: run.id, data: { because } }]);
      }
      ends.tell(run.id, { status: 'stopped', because, state: run });
    }
    await journal.settled();
  }
}
