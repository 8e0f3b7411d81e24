import { readEventText } from '../event-text.ts';
import type { EventRow } from '../file/event-row.ts';
import { isLost, openEvent } from '../file/open-event.ts';
import { type Packing, parseStub } from '../file/packing.ts';
import { parseLifted } from '../file/parse-lifted.ts';

/** What a row says of itself. */
export interface CheckedEvent {
  /** What is wrong with it, in words. */
  readonly problem: string | undefined;
  /** The run that its own text names. */
  readonly run: string | undefined;
  /** The id that its own text names; empty where it cannot be read. */
  readonly id: string;
  readonly epoch: number;
  /** The names of its large values. */
  readonly names: readonly string[];
  readonly kind: 'open' | 'erased' | 'lost' | 'unopened';
}

/** Looks at the text of one event, apart from its hash. `packing` is absent in files from before there was any. */
export function checkEvent(
  row: Omit<EventRow, 'run'>,
  stream: string,
  packing: Packing | undefined,
  hasKeys: boolean,
): CheckedEvent {
  if (row.packed === null || packing === undefined) return checkPlain(row, stream);
  const stub = parseStub(row.body);
  if (stub === undefined) return broken('what is clear of it cannot be read');
  const { id, run, epoch } = stub;
  const names = namesIn(row.lifted);
  if (names === undefined) return broken('the names of its large values cannot be read');
  if (isLost(row.packed)) return { problem: undefined, id, run, epoch, names, kind: 'lost' };
  const opened = openEvent(packing, { stream, run }, row);
  if (opened?.isErased === true)
    return { problem: undefined, id, run, epoch, names: [], kind: 'erased' };
  if (opened !== undefined) {
    const problem =
      readEventText(opened.body) === undefined ? 'its content cannot be read' : undefined;
    return { problem, id, run, epoch, names, kind: 'open' };
  }
  if (packing.isSealed(row.packed) && !hasKeys) {
    return { problem: undefined, id, run, epoch, names, kind: 'unopened' };
  }
  return { problem: 'its seal does not open', id, run, epoch, names, kind: 'open' };
}

function checkPlain(row: Omit<EventRow, 'run'>, stream: string): CheckedEvent {
  const event = readEventText(row.body);
  if (event === undefined) return broken('its text cannot be read');
  const places = row.lifted === null ? [] : parseLifted(row.lifted);
  if (places === undefined) return broken('the places of its large values cannot be read');
  const { id, run, epoch } = event;
  const isHere = event.stream === stream && event.seq === row.seq;
  return {
    problem: isHere ? undefined : `it says that it is seq ${event.seq} of ${event.stream}`,
    id: typeof id === 'string' ? id : '',
    run: typeof run === 'string' ? run : undefined,
    epoch: typeof epoch === 'number' ? epoch : 0,
    names: places.map(([, name]) => name),
    kind: 'open',
  };
}

function broken(problem: string): CheckedEvent {
  return { problem, id: '', run: undefined, epoch: 0, names: [], kind: 'open' };
}

function namesIn(lifted: string | null): readonly string[] | undefined {
  const names: unknown = lifted === null ? [] : parse(lifted);
  return Array.isArray(names) && names.every((name) => typeof name === 'string')
    ? names
    : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
