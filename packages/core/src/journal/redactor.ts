import {
  isSecretField,
  redactedMark,
  redactText,
  type SecretPattern,
} from '../internal/redaction.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Json, JsonObject } from '../spec/json.ts';
import type { Tool } from '../spec/tool.ts';

/** Gives an event as it is to be written: without what nobody should find in the journal. The very event where that is nothing. */
export type Redactor = (event: OverseerEvent) => OverseerEvent;

/** What a redactor goes by. */
export interface RedactorParts {
  readonly patterns: readonly SecretPattern[];
  /** Whether fields that are named like secrets are hidden too. */
  readonly fields: boolean;
  /** Tools, whose sensitive fields are hidden. */
  readonly tools: ReadonlyMap<string, Pick<Tool, 'sensitive' | 'input' | 'output'>>;
}

/** Makes a redactor. It looks at every text once, copies only what it changes, and throws nothing. */
export function createRedactor({ patterns, fields, tools }: RedactorParts): Redactor {
  const hiddenOf = new Map([...tools].map(([name, tool]) => [name, hiddenFields(tool)]));

  return (event) => {
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

  function walk(value: Json, key: string | undefined): Json {
    if (typeof value === 'string') {
      // A check is run as it was written, over restarts too.
      if (fields && key !== undefined && value !== '' && isSecretField(key)) {
        return redactedMark(key);
      }
      return redactText(value, patterns);
    }
    if (typeof value !== 'object' || value === null || key === 'checks') return value;
    if (Array.isArray(value)) return walkList(value, key);
    const object = value as JsonObject;
    switch (object['type']) {
      case 'tool-call':
        return walkCall(object, object['name'], 'input');
      case 'tool-result':
        return walkCall(object, object['name'], 'output');
      default:
        return key === 'step'
          ? walkCall(object, object['tool'], 'input')
          : unsigned(walkFields(object), object);
    }
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

  function walkFields(object: JsonObject, ...without: readonly string[]): JsonObject {
    let copy: Record<string, Json> | undefined;
    for (const [key, value] of Object.entries(object)) {
      if (value === undefined || without.includes(key)) continue;
      const next = walk(value, key);
      if (next === value) continue;
      copy ??= { ...object };
      copy[key] = next;
    }
    return copy ?? object;
  }

  /** A call or its result: what its tool calls sensitive goes first, and with it the text it was read from. */
  function walkCall(
    object: JsonObject,
    tool: Json | undefined,
    part: 'input' | 'output',
  ): JsonObject {
    const hidden = typeof tool === 'string' ? hiddenOf.get(tool)?.[part] : undefined;
    const value = object[part];
    if (hidden === undefined || value === undefined) return walkFields(object);
    const shown = hide(value, hidden);
    if (shown === value) return walkFields(object);
    const rest = walkFields({ ...object, [part]: shown });
    return rest['raw'] === undefined ? rest : { ...rest, raw: redactedMark('sensitive') };
  }
}

/** What a provider signed is not what it was once it was changed. */
function unsigned(next: JsonObject, before: JsonObject): JsonObject {
  if (next === before || next['type'] !== 'reasoning') return next;
  const { meta: _, ...rest } = next;
  return rest as JsonObject;
}

/** All of a value, or these fields of it. */
type Hidden = true | ReadonlySet<string>;

function hide(value: Json, hidden: Hidden): Json {
  if (hidden === true) return redactedMark('sensitive');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const object = value as JsonObject;
  const names = Object.keys(object).filter((name) => hidden.has(name));
  if (names.length === 0) return value;
  const marks = names.map((name): [string, Json] => [name, redactedMark('sensitive')]);
  return { ...object, ...Object.fromEntries(marks) };
}

function hiddenFields({ sensitive, input, output }: Pick<Tool, 'sensitive' | 'input' | 'output'>): {
  readonly input: Hidden | undefined;
  readonly output: Hidden | undefined;
} {
  const marked = secretProperties(input.jsonSchema);
  const named = sensitive === undefined || sensitive === true ? [] : sensitive;
  return {
    input: sensitive === true ? true : setOf([...named, ...marked]),
    output: output === undefined ? undefined : setOf(secretProperties(output.jsonSchema)),
  };
}

function setOf(names: readonly string[]): Hidden | undefined {
  return names.length === 0 ? undefined : new Set(names);
}

/** Properties that a JSON Schema calls `writeOnly`, or whose format is `password`. */
function secretProperties(schema: JsonObject): readonly string[] {
  const properties = schema['properties'];
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties).flatMap(([name, property]) => {
    if (typeof property !== 'object' || property === null) return [];
    const { writeOnly, format } = property as JsonObject;
    return writeOnly === true || format === 'password' ? [name] : [];
  });
}
