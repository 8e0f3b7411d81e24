import type { Json, ToolCallPart } from '@overseer/core/spec';
import type { OpenAiToolCall } from './openai-chunk.ts';

/** A tool call as it grows. */
export interface GrowingCall {
  /** Where it stands among the calls of this answer. */
  readonly order: number;
  readonly id: string;
  name: string;
  raw: string;
}

/**
 * Puts tool calls together from the pieces that servers of all kinds stream. A piece belongs to the call at its `index`,
 * or to the last one where it has none; but a new id at an index that is taken begins a new call (Grok sends every call
 * at index 0), as does a name without an id when the arguments so far are whole. An id that is missing, empty or the text
 * `null` continues (Qwen, Mistral).
 */
export class ToolCallMerge {
  readonly #calls: GrowingCall[] = [];
  readonly #atIndex: Map<number, GrowingCall> = new Map();
  readonly #newId: (order: number) => string;

  /** `newId` names a call whose server did not. */
  constructor(newId: (order: number) => string) {
    this.#newId = newId;
  }

  get size(): number {
    return this.#calls.length;
  }

  /** Adds a piece, and returns its call and the arguments that it added. */
  add(piece: OpenAiToolCall): { readonly call: GrowingCall; readonly added: string } {
    const id = piece.id === 'null' || piece.id === '' ? undefined : (piece.id ?? undefined);
    const name = piece.function?.name ?? '';
    const added = argumentText(piece.function?.arguments);
    const index = piece.index ?? undefined;
    const present = index === undefined ? this.#calls.at(-1) : this.#atIndex.get(index);
    const call =
      present === undefined || beginsAnother(present, id, name, added)
        ? this.#begin(index, id)
        : present;
    if (call.name === '') call.name = name;
    call.raw += added;
    return { call, added };
  }

  /** All calls so far, in the order in which they began. */
  parts(): readonly { readonly order: number; readonly part: ToolCallPart }[] {
    return this.#calls.map(({ order, id, name, raw }) => ({
      order,
      part: { type: 'tool-call', id, name, raw, ...readArguments(raw) },
    }));
  }

  #begin(index: number | undefined, id: string | undefined): GrowingCall {
    const order = this.#calls.length;
    const call = { order, id: id ?? this.#newId(order), name: '', raw: '' };
    this.#calls.push(call);
    this.#atIndex.set(index ?? order, call);
    return call;
  }
}

/** A tool call's arguments: none are `{}`, and what is no JSON is kept as text with the reason. */
export function readArguments(raw: string): Pick<ToolCallPart, 'input' | 'invalid'> {
  if (raw.trim() === '') return { input: {} };
  try {
    return { input: JSON.parse(raw) as Json };
  } catch (error) {
    return { input: raw, invalid: error instanceof Error ? error.message : String(error) };
  }
}

function beginsAnother(
  call: GrowingCall,
  id: string | undefined,
  name: string,
  added: string,
): boolean {
  if (id !== undefined) return id !== call.id;
  return name !== '' && call.name !== '' && added.startsWith('{') && isWhole(call.raw);
}

function isWhole(raw: string): boolean {
  return raw !== '' && readArguments(raw).invalid === undefined;
}

/** Some servers send the object itself. */
function argumentText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === undefined || value === null ? '' : JSON.stringify(value);
}
