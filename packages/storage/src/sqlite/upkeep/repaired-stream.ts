import { rowHash } from '../file/event-hash.ts';
import type { EventRow } from '../file/event-row.ts';
import { LOST } from '../file/open-event.ts';
import { type EventStub, parseStub } from '../file/packing.ts';
import type { Quarantine } from './quarantine.ts';

/** What became of one stream. */
export interface Mended {
  readonly name: string;
  /** Events in it now, those that stand for lost ones included. */
  readonly events: number;
  /** Places of events that were lost, the first hundred. */
  readonly lost: readonly number[];
  readonly lostCount: number;
  /**
   * The first `seq` from which on the hashes are new, because an event before was lost; `undefined` where all are those that were
   * written.
   */
  readonly newFrom: number | undefined;
  /** Damaged events behind the last whole one, which are left out. */
  readonly cut: number;
}

/** How many places are told one by one. */
const TOLD = 100;

/** The widest gap that is filled; what lies farther off has a damaged `seq`. */
const WIDEST_GAP = 100_000;

/** An event as a table has it. */
export type FoundEvent = Omit<EventRow, 'run'>;

/** An event as it is in the repaired stream. */
export interface MendedEvent extends FoundEvent {
  readonly run: string | undefined;
}

/** A row of a table as it was found. */
type RawRow = Parameters<Quarantine['put']>[1];

/** One stream on its way into a repaired journal. */
export class RepairedStream {
  readonly name: string;
  readonly #quarantine: Quarantine;
  readonly #keep: (event: MendedEvent) => void;
  /** The last event that was written. */
  #seq = 0;
  #hash = '';
  /** What the next event may follow from; `undefined` where nobody can know. */
  #before: readonly string[] | undefined = [''];
  /** What is damaged, missing or in doubt since the last whole event. */
  readonly #waiting: (Doubtful | undefined)[] = [];
  readonly #lost: number[] = [];
  #lostCount = 0;
  #newFrom: number | undefined;

  /** `keep` hears of each event that is in it, in their order. */
  constructor(name: string, keep: (event: MendedEvent) => void, quarantine: Quarantine) {
    this.name = name;
    this.#keep = keep;
    this.#quarantine = quarantine;
  }

  /** The `seq` of the event that is next. */
  get next(): number {
    return this.#seq + this.#waiting.length + 1;
  }

  /** Whether an event is proven to be the next one. */
  follows(row: FoundEvent): boolean {
    const isProven = this.#before?.some((hash) => this.#hashOf(hash, row) === row.hash);
    return isProven === true && row.seq === this.next;
  }

  /** Takes the next event as it was found, in the order of writing. */
  take(
    row: FoundEvent,
    { run, problem }: { readonly run: string | undefined; readonly problem: string | undefined },
    raw: RawRow,
  ): void {
    const expected = this.next;
    if (row.seq < expected || row.seq > expected + WIDEST_GAP) {
      this.#quarantine.put('event', raw, `its place is wrong: ${expected} is next`);
      return;
    }
    if (row.seq > expected) this.#before = undefined;
    while (this.next < row.seq) this.#waiting.push(undefined);
    const from = this.#before?.find((hash) => this.#hashOf(hash, row) === row.hash);
    // Without the hash before it nobody can prove it; what it says of its own place still speaks for it.
    const isProven = this.#before === undefined || from !== undefined;
    const [only] = this.#before?.length === 1 ? this.#before : [];
    const computed = only === undefined ? undefined : this.#hashOf(only, row);
    const isDoubtful = problem !== undefined || !isProven;
    this.#before =
      isDoubtful && problem === undefined && computed !== undefined
        ? [row.hash, computed]
        : [row.hash];
    if (isDoubtful) {
      this.#waiting.push({ row, run, raw, problem, computed });
      return;
    }
    const last = this.#waiting.at(-1);
    // What follows proves it: of the event before only the hash was damaged.
    if (last !== undefined && last.problem === undefined && last.computed === from) {
      this.#waiting.pop();
      this.#fill();
      this.#quarantine.put(
        'event',
        last.raw,
        'its hash was damaged and made anew; the event is kept',
      );
      this.#write(last.row.seq, last.run, last.row);
    }
    this.#fill();
    this.#write(row.seq, run, row);
    if (this.#hash !== row.hash) this.#newFrom ??= row.seq;
  }

  /** What became of it; damaged events at its end are left out. */
  end(): Mended {
    for (const doubtful of this.#waiting) this.#put(doubtful);
    const { name } = this;
    const cut = this.#waiting.length;
    const [lost, lostCount, newFrom] = [this.#lost, this.#lostCount, this.#newFrom];
    return { name, events: this.#seq, lost, lostCount, newFrom, cut };
  }

  #fill(): void {
    for (const doubtful of this.#waiting.splice(0)) {
      this.#put(doubtful);
      const seq = this.#seq + 1;
      const stub = stubIn(doubtful?.row);
      const { id = `lost ${this.name} ${seq}`, at = 0, type = 'unknown', epoch = 0 } = stub ?? {};
      const body = JSON.stringify([id, at, type, 1, epoch, stub?.run ?? null]);
      this.#write(seq, stub?.run, { body, lifted: null, packed: LOST });
      this.#newFrom ??= seq;
      this.#lostCount++;
      if (this.#lost.length < TOLD) this.#lost.push(seq);
    }
  }

  #put(doubtful: Doubtful | undefined): void {
    if (doubtful === undefined) return;
    const { raw, problem = 'its hash does not follow' } = doubtful;
    this.#quarantine.put('event', raw, problem);
  }

  #hashOf(before: string, row: FoundEvent): string {
    return rowHash(before, { ...row, stream: this.name });
  }

  #write(
    seq: number,
    run: string | undefined,
    { body, lifted, packed }: Pick<EventRow, 'body' | 'lifted' | 'packed'>,
  ): void {
    this.#hash = rowHash(this.#hash, { stream: this.name, seq, body, lifted, packed });
    this.#keep({ seq, run, body, lifted, packed, hash: this.#hash });
    this.#seq = seq;
  }
}

interface Doubtful {
  readonly row: FoundEvent;
  readonly run: string | undefined;
  readonly raw: RawRow;
  readonly problem: string | undefined;
  /** What its hash would be if nothing but its hash were damaged. */
  readonly computed: string | undefined;
}

/** What can still be told of an event. */
function stubIn(row: FoundEvent | undefined): Partial<EventStub> | undefined {
  if (row === undefined) return undefined;
  const stub = row.packed === null ? undefined : parseStub(row.body);
  return stub ?? undefined;
}
