import type { OverseerEvent } from '@overseer/core/spec';
import { eventText } from './event-text.ts';
import { LIFT_ABOVE, liftStrings } from './lift-strings.ts';
import type { LiftedString, Segment } from './protocol.ts';

/** Events on their way to the writer. */
export interface EncodedEvents {
  readonly segments: readonly Segment[];
  /** About how many UTF-16 units they are. */
  readonly size: number;
}

/**
 * Writes events as JSON, in the caller's thread: copying the objects to the writer and writing them there costs a fifth
 * more in sum. Events of one stream with consecutive `seq` come together; large strings are lifted.
 */
export function encodeEvents(
  events: readonly OverseerEvent[],
  textOf: (event: OverseerEvent) => string = eventText,
): EncodedEvents {
  const segments: OpenSegment[] = [];
  let segment: OpenSegment | undefined;
  let size = 0;
  for (const event of events) {
    if (segment === undefined || !follows(segment, event)) {
      const { stream, seq } = event;
      segment = { stream, first: seq, bodies: [], runs: [], runOf: [], lifted: [] };
      segments.push(segment);
    }
    size += encode(event, segment, textOf);
  }
  return { segments, size };
}

interface OpenSegment extends Segment {
  readonly bodies: string[];
  readonly runs: string[];
  readonly runOf: number[];
  readonly lifted: LiftedString[];
}

function follows(segment: Segment, event: OverseerEvent): boolean {
  return event.stream === segment.stream && event.seq === segment.first + segment.bodies.length;
}

function encode(
  event: OverseerEvent,
  { bodies, runs, runOf, lifted }: OpenSegment,
  textOf: (event: OverseerEvent) => string,
): number {
  const index = bodies.length;
  let body = textOf(event);
  const size = body.length;
  if (size > LIFT_ABOVE) {
    const before = lifted.length;
    const data = liftStrings(event.data, (path, text) => {
      lifted.push({ index, path: ['data', ...path], text });
    });
    if (lifted.length > before) body = textOf({ ...event, data } as OverseerEvent);
  }
  bodies.push(body);
  runOf.push(event.run === undefined ? -1 : placeOf(event.run, runs));
  return size;
}

/** Events of one run mostly come together. A run that comes again after others may stand twice. */
function placeOf(run: string, runs: string[]): number {
  const last = runs.length - 1;
  return runs[last] === run ? last : runs.push(run) - 1;
}
