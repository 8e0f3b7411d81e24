import type { OverseerEvent } from '@overseer/core/spec';

/** What was read of an event, which may be anything. */
export type ReadFields = { -readonly [K in keyof OverseerEvent]?: unknown };

/**
 * An event as a file has it, in JSON: its fields in one order and without their names, which are a sixth of a small event. Behind its data come
 * those that only some events have: `null` where this one lacks it, and nothing behind the last that it has. An event that has something else, or
 * lacks something, keeps its names.
 */
export function eventText(event: OverseerEvent): string {
  if (!isPlain(event)) return JSON.stringify(event);
  const { id, stream, seq, at, type, v, epoch, actor, data } = event;
  const values: unknown[] = [id, stream, seq, at, type, v, epoch, actor, data];
  const { run, task, attempt, call, model } = event;
  values.push(run, task, attempt, call, model);
  while (values.at(-1) === undefined) values.pop();
  return JSON.stringify(values);
}

/** Whether an event has all that every event has, and beside it nothing but what is known here. */
function isPlain(event: OverseerEvent): boolean {
  const { id, stream, seq, at, type, v, epoch, actor, data } = event;
  const lacks =
    id === undefined ||
    stream === undefined ||
    seq === undefined ||
    at === undefined ||
    type === undefined ||
    v === undefined ||
    epoch === undefined ||
    actor === undefined ||
    data === undefined;
  const { run, task, attempt, call, model } = event;
  const hasNull =
    run === null || task === null || attempt === null || call === null || model === null;
  if (lacks || hasNull) return false;
  let known = 9;
  if ('run' in event) known++;
  if ('task' in event) known++;
  if ('attempt' in event) known++;
  if ('call' in event) known++;
  if ('model' in event) known++;
  return Object.keys(event).length === known;
}

/** Makes an event of what its text holds, or that of an older file, which names the fields; `undefined` where it is none. */
export function eventIn(value: unknown): ReadFields | undefined {
  if (!Array.isArray(value)) {
    return typeof value === 'object' && value !== null ? value : undefined;
  }
  // No literal, as in core's `upcast-events.ts`: those of a page are alive at once, and what V8 makes in old memory keeps alive what is read with it.
  const event: ReadFields = { ...HEAD };
  event.id = value[0];
  event.stream = value[1];
  event.seq = value[2];
  event.at = value[3];
  event.type = value[4];
  event.v = value[5];
  event.epoch = value[6];
  event.actor = value[7];
  const [run, task, attempt, call, model] = [value[9], value[10], value[11], value[12], value[13]];
  if (isThere(run)) event.run = run;
  if (isThere(task)) event.task = task;
  if (isThere(attempt)) event.attempt = attempt;
  if (isThere(call)) event.call = call;
  if (isThere(model)) event.model = model;
  event.data = value[8];
  return event;
}

/** Reads the text of an event; `undefined` where it is none. */
export function readEventText(text: string): ReadFields | undefined {
  try {
    return eventIn(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const HEAD: ReadFields = {
  id: undefined,
  stream: undefined,
  seq: undefined,
  at: undefined,
  type: undefined,
  v: undefined,
  epoch: undefined,
  actor: undefined,
};

function isThere(value: unknown): boolean {
  return value !== undefined && value !== null;
}
