import type { OverseerEvent } from '../spec/event.ts';
import type { EventLog } from '../spec/store.ts';

/** Events that are read in one turn; the first alone, since most journals are young. */
const PAGE = 500;

/** The events of a stream as they come to be old, in order and each once. It asks the log only where there may be some. */
export class AgedEvents {
  readonly #events: EventLog;
  readonly #stream: string;
  #after = 0;
  /** When the next event happened, as far as it was seen. */
  #nextAt = Number.NEGATIVE_INFINITY;

  constructor(events: EventLog, stream: string) {
    this.#events = events;
    this.#stream = stream;
  }

  /** Those that happened until `at`, epoch ms, and were not given before. Throws `StoreError`. */
  async *until(at: number): AsyncGenerator<OverseerEvent> {
    for (let limit = this.#after === 0 ? 1 : PAGE; this.#nextAt <= at; limit = PAGE) {
      const page = await this.#events.read({ stream: this.#stream, after: this.#after, limit });
      for (const event of page) {
        this.#nextAt = event.at;
        if (event.at > at) return;
        this.#after = event.seq;
        yield event;
      }
      if (page.length < limit) return;
    }
  }
}
