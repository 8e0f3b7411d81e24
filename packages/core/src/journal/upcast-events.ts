import { StoreError } from '../errors/store-error.ts';
import type { EventType, OverseerEvent } from '../spec/event.ts';
import { EVENT_VERSION } from './event-version.ts';
import type { Upcasters, WrittenEvent } from './upcaster.ts';
import { UPCASTERS } from './upcasters.ts';

/** What events are brought to, and how. */
export interface Forms {
  /** The present version of each type. */
  readonly versions: Readonly<Record<string, number>>;
  readonly upcasters: Upcasters;
}

/**
 * Events that were read from a store in the form that this version knows, all of one shape in memory: each property is there, in one
 * order, as in events that are new. Whoever looks at them then finds each in its place; with a shape for every kind of event an opening
 * takes a tenth longer. Throws `StoreError`: `store.newer` for an event that a newer version wrote, `store.corrupt` for a version that
 * never was.
 */
export function upcastEvents(
  events: readonly OverseerEvent[],
  forms: Forms = PRESENT,
): readonly OverseerEvent[] {
  return events.map((event) =>
    inShape(forms.versions[event.type] === event.v ? event : upcast(event, forms)),
  );
}

function inShape(event: OverseerEvent): OverseerEvent {
  // A copy and no literal: where many objects of a literal live through a collection, V8 makes the next ones in the memory of what is old, from
  // where they keep alive all that was read with them long after nobody has them.
  const shaped = { ...BLANK };
  shaped.id = event.id;
  shaped.stream = event.stream;
  shaped.seq = event.seq;
  shaped.at = event.at;
  // What was read is a string of its own; compared with a name in the code, letter by letter.
  shaped.type = TYPES.get(event.type) ?? event.type;
  shaped.v = event.v;
  shaped.epoch = event.epoch;
  shaped.actor = event.actor;
  shaped.run = event.run;
  shaped.task = event.task;
  shaped.attempt = event.attempt;
  shaped.call = event.call;
  shaped.model = event.model;
  shaped.data = event.data;
  return shaped as OverseerEvent;
}

/** The fields of an event in the order in which the journal places them in what is new. */
const BLANK: { -readonly [K in keyof OverseerEvent]: unknown } = {
  id: undefined,
  stream: undefined,
  seq: undefined,
  at: undefined,
  type: undefined,
  v: undefined,
  epoch: undefined,
  actor: undefined,
  run: undefined,
  task: undefined,
  attempt: undefined,
  call: undefined,
  model: undefined,
  data: undefined,
};

const TYPES: ReadonlyMap<string, EventType> = new Map(
  (Object.keys(EVENT_VERSION) as EventType[]).map((type) => [type, type]),
);

const PRESENT: Forms = { versions: EVENT_VERSION, upcasters: UPCASTERS };

function upcast(written: OverseerEvent, { versions, upcasters }: Forms): OverseerEvent {
  let event = written as unknown as WrittenEvent;
  while (true) {
    const version = Object.hasOwn(versions, event.type) ? versions[event.type] : undefined;
    if (version === event.v) return event as unknown as OverseerEvent;
    const next = Object.hasOwn(upcasters, event.type)
      ? upcasters[event.type]?.[event.v]
      : undefined;
    if (next === undefined) throw unreadable(event, version);
    event = next(event);
  }
}

function unreadable({ type, v, seq, stream }: WrittenEvent, known: number | undefined): StoreError {
  const place = `Event ${seq} of ${stream} is ${type} in version ${v}`;
  if (known !== undefined && v < known) {
    return new StoreError(
      'store.corrupt',
      `${place}, which never was: the journal was written by something else, or is damaged. Restore it from a backup.`,
    );
  }
  const most = known === undefined ? 'does not know that type' : `knows it up to version ${known}`;
  return new StoreError(
    'store.newer',
    `${place}, and this Overseer ${most}: a newer one wrote it. Update Overseer to open this journal.`,
  );
}
