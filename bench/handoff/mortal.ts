import process from 'node:process';
import type { StateStore } from '@overseer/core/spec';
import type { CommittedSink } from '@overseer/storage/package';

/** When a process kills itself: at its n-th step from when it is armed, before it or after it. */
export interface Death {
  /** 0 for never. */
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** Everything that a process writes, counted, so that it can die at any of it. */
export class Mortal {
  readonly #death: Death;
  #steps = 0;
  #isArmed = false;

  constructor(death: Death) {
    this.#death = death;
  }

  /** From now on steps count. */
  arm(): void {
    this.#isArmed = true;
  }

  /** One step. */
  async step<T>(work: () => Promise<T>): Promise<T> {
    const isLast = this.#isArmed && ++this.#steps === this.#death.at;
    if (isLast && this.#death.when === 'before') process.kill(process.pid, 'SIGKILL');
    const done = await work();
    if (isLast) process.kill(process.pid, 'SIGKILL');
    return done;
  }

  /** A store whose writes are steps. */
  store(store: StateStore): StateStore {
    const { events, leases, blobs } = store;
    return {
      ...store,
      events: {
        ...events,
        append: (epoch, batch) => this.step(() => events.append(epoch, batch)),
        read: (query) => events.read(query),
        head: (stream) => events.head(stream),
        streams: () => events.streams(),
      },
      blobs: {
        ...blobs,
        put: (bytes) => this.step(() => blobs.put(bytes)),
        get: (hash) => blobs.get(hash),
      },
      leases: {
        ...leases,
        acquire: (name, holder) => this.step(() => leases.acquire(name, holder)),
        release: (name, epoch) => this.step(() => leases.release(name, epoch)),
      },
      close: () => store.close(),
    };
  }

  /** A sink whose writes and end are steps. */
  sink(sink: CommittedSink): CommittedSink {
    return {
      write: (bytes) => this.step(() => sink.write(bytes)),
      commit: () => this.step(() => sink.commit()),
      [Symbol.asyncDispose]: () => sink[Symbol.asyncDispose](),
    };
  }
}
