import {
  isSecretField,
  redactedMark,
  redactText,
  type SecretPattern,
} from '../internal/redaction.ts';
import { mapTexts, replaceMarks } from '../internal/sensitive-mark.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Json, JsonObject } from '../spec/json.ts';
import type { Tool } from '../spec/tool.ts';
import { hiddenFields, hide } from './hidden-fields.ts';
import type { ValueSealer } from './sealed-values.ts';

/** Gives an event as it is to be written: without what nobody should find in the journal. The very event where that is nothing. */
export type Redactor = (event: OverseerEvent) => OverseerEvent;

/** What a redactor goes by. */
export interface RedactorParts {
  readonly patterns: readonly SecretPattern[];
  /** Whether fields that are named like secrets are hidden too. */
  readonly fields: boolean;
  /** Tools, whose sensitive fields are hidden. */
  readonly tools: ReadonlyMap<string, Pick<Tool, 'sensitive' | 'input' | 'output'>>;
  /** Seals what is sensitive for those who hold its key; where it is left out, a mark stands there for good. */
  readonly sealer?: ValueSealer | undefined;
  /** Names of further fields that are sensitive wherever they stand in what tools are given and give, and in what a host says of its project. */
  readonly sensitive?: ReadonlySet<string> | undefined;
}

/** Makes a redactor. It looks at every text once, copies only what it changes, and throws nothing. */
export function createRedactor(parts: RedactorParts): Redactor {
  const { patterns, fields, tools, sealer, sensitive } = parts;
  const hiddenOf = new Map([...tools].map(([name, tool]) => [name, hiddenFields(tool)]));

  // The walk takes one event at a time.
  let current: OverseerEvent | undefined;
  // Within what others say, where no field is a part of the event itself.
  let isWithin = false;

  return (event) => {
    current = event;
    const data = walkEvent(event);
    return data === event.data ? event : ({ ...event, data } as OverseerEvent);
  };

  function walkEvent({ type, data }: OverseerEvent): unknown {
    const said = data as unknown as JsonObject;
    const { name } = said;
    if (type === 'tool.started') return walkCall(said, name, 'input');
    if (type === 'tool.finished') return walkCall(said, name, 'output');
    return walk(said, undefined);
  }

  function conceal(value: Json): string {
    if (sealer === undefined || current === undefined) return redactedMark('sensitive');
    return sealer.value(current, value);
  }

  function walkText(text: string, isName: boolean): string {
    const event = current;
    if (sealer === undefined || event === undefined) {
      return redactText(
        replaceMarks(text, () => redactedMark('sensitive')),
        patterns,
      );
    }
    const sealed = sealMarks(sealer, event, text);
    return outsideSeals(sealed, (part) => {
      const clean = redactText(part, patterns);
      return isName ? clean : outsideSeals(clean, (rest) => sealer.repeated(event, rest));
    });
  }

  function walk(value: Json, key: string | undefined): Json {
    if (isWithin && key !== undefined && sensitive?.has(key) === true && value !== null) {
      return conceal(value);
    }
    if (typeof value === 'string') {
      // A check is run as it was written, over restarts too.
      if (fields && key !== undefined && value !== '' && isSecretField(key)) {
        return redactedMark(key);
      }
      return walkText(value, !isWithin && key !== undefined && NAMES.has(key));
    }
    if (typeof value !== 'object' || value === null) return value;
    if (key === 'checks' && !isWithin) return walkChecks(value);
    if (Array.isArray(value)) return walkList(value, key);
    const object = value as JsonObject;
    if (isWithin) return walkFields(object, key);
    switch (object['type']) {
      case 'tool-call':
        return walkCall(object, object['name'], 'input');
      case 'tool-result':
        return walkCall(object, object['name'], 'output');
      default:
        return key === 'step'
          ? walkCall(object, object['tool'], 'input')
          : unsigned(walkFields(object, key), object);
    }
  }

  /** Of a check marks alone are sealed, for those are there again when it is run. */
  function walkChecks(checks: Json): Json {
    const event = current;
    if (sealer === undefined || event === undefined) return checks;
    return mapTexts(checks, (text) => sealMarks(sealer, event, text));
  }

  function walkList(list: readonly Json[], key: string | undefined): Json {
    let copy: Json[] | undefined;
    for (const [at, value] of list.entries()) {
      const next = walk(value, key);
      if (next === value) continue;
      copy ??= [...list];
      copy[at] = next;
    }
    return copy ?? list;
  }

  function walkFields(
    object: JsonObject,
    of?: string,
    without: readonly string[] = [],
  ): JsonObject {
    let copy: Record<string, Json> | undefined;
    // Over the keys alone: a pair for each field would be most of what this walk makes.
    for (const key of Object.keys(object)) {
      const value = object[key];
      if (value === undefined || without.includes(key)) continue;
      const next = isSaid(object, key, of) ? walkSaid(value, key) : walk(value, key);
      if (next === value) continue;
      copy ??= { ...object };
      copy[key] = next;
    }
    return copy ?? object;
  }

  function walkSaid(value: Json, key: string): Json {
    const before = isWithin;
    isWithin = true;
    try {
      return walk(value, key);
    } finally {
      isWithin = before;
    }
  }

  /** A call or its result: what its tool calls sensitive goes first, and with it the text it was read from. */
  function walkCall(
    object: JsonObject,
    tool: Json | undefined,
    part: 'input' | 'output',
  ): JsonObject {
    const hidden = typeof tool === 'string' ? hiddenOf.get(tool)?.[part] : undefined;
    const value = object[part];
    const shown =
      hidden === undefined || value === undefined ? value : hide(value, hidden, conceal);
    if (shown === value || shown === undefined) return withoutRaw(walkFields(object), object, part);
    // What is sealed already is looked at no more.
    const rest = walkFields({ ...object, [part]: shown }, undefined, [
      ...(hidden === true ? [part] : []),
      'raw',
    ]);
    return object['raw'] === undefined ? rest : { ...rest, raw: conceal(object['raw']) };
  }

  /** The text that an input was read from has what is sealed in it too. */
  function withoutRaw(next: JsonObject, before: JsonObject, part: 'input' | 'output'): JsonObject {
    const raw = before['raw'];
    if (sealer === undefined || raw === undefined || next[part] === before[part]) return next;
    return { ...next, raw: conceal(raw) };
  }
}

/** Fields that name something else, which would not be found under a seal. */
const NAMES: ReadonlySet<string> = new Set([
  'id',
  'key',
  'kind',
  'type',
  'role',
  'name',
  'model',
  'tool',
  'mediaType',
]);

/** Whether a field has what a tool, a provider or a host says in a form of their own. Counts of tokens have an input and an output too. */
function isSaid({ type }: JsonObject, key: string, of: string | undefined): boolean {
  if (key === 'data') return type === 'custom';
  return SAID.has(key) && of !== 'usage';
}

const SAID: ReadonlySet<string> = new Set(['input', 'output', 'metadata']);

function sealMarks(sealer: ValueSealer, event: OverseerEvent, text: string): string {
  return replaceMarks(text, (inner) => sealer.text(event, inner));
}

/** What a seal looks like says nothing, and must stay as it is. */
function outsideSeals(text: string, change: (part: string) => string): string {
  if (!text.includes('⟦sealed: ')) return change(text);
  const pieces = text.split(/(⟦sealed: [^⟧]*⟧)/);
  return pieces.map((one, at) => (at % 2 === 1 ? one : change(one))).join('');
}

/** What a provider signed is not what it was once it was changed. */
function unsigned(next: JsonObject, before: JsonObject): JsonObject {
  if (next === before || next['type'] !== 'reasoning') return next;
  const { meta: _, ...rest } = next;
  return rest as JsonObject;
}
