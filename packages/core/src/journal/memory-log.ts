import { StoreError } from '../errors/store-error.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { EventQuery } from '../spec/store.ts';

interface StreamLog {
  readonly events: OverseerEvent[];
  /** Events by run; filled when a run is read, so that an append costs nothing for it. */
  readonly byRun: Map<string, OverseerEvent[]>;
  /** How many events `byRun` knows. */
  indexed: number;
}

/** Events in arrays: the event with `seq` n of a stream lies at n - 1. Holds what it is given, without a copy. */
export class MemoryLog {
  readonly #streams = new Map<string, StreamLog>();

  /** All or none. Throws `store.conflict` for a gap and for a `seq` that another event has. */
  append(events: readonly OverseerEvent[]): void {
    const before: (readonly [StreamLog, number])[] = [];
    let stream: string | undefined;
    let log: StreamLog | undefined;
    try {
      for (const event of events) {
        if (log === undefined || event.stream !== stream) {
          stream = event.stream;
          log = this.#open(stream);
          before.push([log, log.events.length]);
        }
        if (event.seq === log.events.length + 1) log.events.push(event);
        else requireWritten(log, event);
      }
    } catch (error) {
      for (const [touched, length] of before.reverse()) touched.events.length = length;
      throw error;
    }
  }

  read({ stream, run, after, limit }: EventQuery): readonly OverseerEvent[] {
    const log = this.#streams.get(stream);
    if (log === undefined) return [];
    const events = run === undefined ? log.events : eventsOf(log, run);
    const from = run === undefined ? Math.max(0, after) : firstAfter(events, after);
    return events.slice(from, from + limit);
  }

  /** Puts in place of each event of a run one that says that it was erased. */
  erase(stream: string, run: string): void {
    const log = this.#streams.get(stream);
    if (log === undefined || eventsOf(log, run).length === 0) return;
    for (const [at, event] of log.events.entries()) {
      if (event.run === run) log.events[at] = erased(event);
    }
    log.byRun.clear();
    log.indexed = 0;
  }

  head(stream: string): number {
    return this.#streams.get(stream)?.events.length ?? 0;
  }

  streams(): readonly string[] {
    return [...this.#streams].filter(([, log]) => log.events.length > 0).map(([name]) => name);
  }

  #open(stream: string): StreamLog {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const log: StreamLog = { events: [], byRun: new Map(), indexed: 0 };
    this.#streams.set(stream, log);
    return log;
  }
}

/** What was appended once the run was erased is kept, and so is what was erased already. */
function erased(event: OverseerEvent): OverseerEvent {
  if (event.type === 'event.erased' || event.type === 'run.erased') return event;
  const { id, stream, seq, at, type, epoch, run = '' } = event;
  const data = { was: type };
  return { id, stream, seq, at, type: 'event.erased', v: 1, epoch, actor: 'overseer', run, data };
}

function requireWritten(log: StreamLog, event: OverseerEvent): void {
  const present = log.events[event.seq - 1];
  if (present?.id === event.id) return;
  const problem =
    present === undefined
      ? `leaves a gap: the stream ends at seq ${log.events.length}`
      : `comes second: that seq belongs to event ${present.id}`;
  throw new StoreError(
    'store.conflict',
    `Event ${event.id} (seq ${event.seq} of ${event.stream}) ${problem}. Read the stream again, and append after its end.`,
  );
}

function eventsOf(log: StreamLog, run: string): readonly OverseerEvent[] {
  for (const event of log.events.slice(log.indexed)) {
    if (event.run === undefined) continue;
    const known = log.byRun.get(event.run);
    if (known === undefined) log.byRun.set(event.run, [event]);
    else known.push(event);
  }
  log.indexed = log.events.length;
  return log.byRun.get(run) ?? [];
}

/** The position of the first event with a greater `seq`, by bisection. */
function firstAfter(events: readonly OverseerEvent[], after: number): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((events[middle]?.seq ?? 0) > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
