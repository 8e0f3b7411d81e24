import type { JobStanding } from '../spec/transport.ts';
import type { RemoteCall } from './call-book.ts';

/** A call that no worker begins, while none begins any other of its model. */
export interface UnclaimedCall extends Pick<RemoteCall, 'run' | 'task' | 'attempt' | 'model'> {
  readonly id: string;
  /** Since when no worker was seen to work for its model, epoch ms. */
  readonly sinceAt: number;
}

/** Which calls wait for workers that are not there. A long queue before workers that work is none of that. Times are epoch ms. */
export class UnclaimedCalls {
  readonly #waiting = new Map<string, { readonly remote: RemoteCall; readonly sinceAt: number }>();
  /** When a worker was last seen to work for a model. */
  readonly #workedAt = new Map<string, number>();

  /** A call was looked for. */
  seen(id: string, remote: RemoteCall, stands: JobStanding | undefined, nowMs: number): void {
    if (stands === 'waiting') {
      if (!this.#waiting.has(id)) this.#waiting.set(id, { remote, sinceAt: nowMs });
      return;
    }
    this.#waiting.delete(id);
    if (stands === 'claimed') this.#workedAt.set(remote.model, nowMs);
  }

  /** A worker's reply came. */
  replied(id: string, nowMs: number): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) this.#workedAt.set(waiting.remote.model, nowMs);
    this.#waiting.delete(id);
  }

  /** A call has its end. */
  forget(id: string): void {
    this.#waiting.delete(id);
  }

  /** Those that have waited so long, the oldest of each model alone. */
  longerThan(ms: number, nowMs: number): readonly UnclaimedCall[] {
    const oldest = new Map<string, UnclaimedCall>();
    for (const [id, { remote, sinceAt: seenAt }] of this.#waiting) {
      const { run, task, attempt, model } = remote;
      const sinceAt = Math.max(seenAt, this.#workedAt.get(model) ?? 0);
      if (nowMs - sinceAt < ms || oldest.has(model)) continue;
      oldest.set(model, { id, run, task, attempt, model, sinceAt });
    }
    return [...oldest.values()];
  }
}
