import type { OverseerEvent } from '@overseer/core/spec';
import { sqlite } from '@overseer/storage/sqlite';

/** What a journal says that must hold over any crash. */
export interface JournalFacts {
  /** Ids of all events. */
  readonly events: ReadonlySet<string>;
  readonly finishedCalls: ReadonlySet<string>;
  /** Calls that began and have no end. */
  readonly openCalls: number;
  /** Calls finished twice, steps of one attempt answered twice, and tasks done twice. */
  readonly repeated: number;
  readonly doneTasks: ReadonlySet<string>;
}

/** Reads a journal that nobody writes. */
export async function inspectJournal(path: string): Promise<JournalFacts> {
  const store = await sqlite(path)();
  try {
    const facts = new Facts();
    let last = 0;
    while (true) {
      const page = await store.events.read({
        stream: 'project/default',
        after: last,
        limit: 1_000,
      });
      for (const event of page) {
        facts.take(event);
        last = event.seq;
      }
      if (page.length < 1_000) return facts.read();
    }
  } finally {
    await store.close();
  }
}

class Facts {
  readonly #events = new Set<string>();
  readonly #open = new Map<string, string>();
  readonly #finished = new Set<string>();
  readonly #steps = new Set<string>();
  readonly #done = new Set<string>();
  #repeated = 0;

  take(event: OverseerEvent): void {
    this.#events.add(event.id);
    const call = event.call ?? '';
    switch (event.type) {
      case 'call.started':
        this.#open.set(call, `${event.attempt} ${event.data.step}`);
        return;
      case 'call.finished':
        this.#note(this.#finished, call);
        this.#note(this.#steps, this.#open.get(call) ?? call);
        this.#open.delete(call);
        return;
      case 'call.failed':
        this.#open.delete(call);
        return;
      case 'task.done':
        this.#note(this.#done, `${event.run} ${event.task}`);
        return;
      default:
    }
  }

  read(): JournalFacts {
    return {
      events: this.#events,
      finishedCalls: this.#finished,
      openCalls: this.#open.size,
      repeated: this.#repeated,
      doneTasks: this.#done,
    };
  }

  #note(set: Set<string>, key: string): void {
    if (set.has(key)) this.#repeated += 1;
    set.add(key);
  }
}
