import type { Json, ModelErrorKind, ModelEvent } from '@overseer/core/spec';
import { z } from 'zod';

/** What the host tells an engine. */
export type EngineOrder =
  /** Comes first and once: what to load. */
  | { readonly type: 'open'; readonly options: Json }
  | {
      readonly type: 'call';
      readonly id: number;
      readonly work: EngineWork;
      readonly request: Json;
    }
  | { readonly type: 'abort'; readonly id: number };

/** What a call asks for: an answer, the number of its tokens, vectors of texts, that the model be loaded, or how much memory is in use. */
export type EngineWork = 'stream' | 'count' | 'embed' | 'load' | 'memory';

/** What an engine tells the host. After `broken` it ends. */
export type EngineReport =
  | { readonly type: 'load'; readonly fraction: number }
  | { readonly type: 'ready'; readonly contextWindow: number }
  | { readonly type: 'broken'; readonly kind: ModelErrorKind; readonly message: string }
  | { readonly type: 'event'; readonly id: number; readonly event: ModelEvent }
  | { readonly type: 'result'; readonly id: number; readonly value: Json }
  | {
      readonly type: 'failed';
      readonly id: number;
      readonly kind: ModelErrorKind;
      readonly message: string;
    };

const count = z.int().min(0);
const json: z.ZodType<Json> = z.json();

export const engineOrder: z.ZodType<EngineOrder> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('open'), options: json }),
  z.object({
    type: z.literal('call'),
    id: count,
    work: z.enum(['stream', 'count', 'embed', 'load', 'memory']),
    request: json,
  }),
  z.object({ type: z.literal('abort'), id: count }),
]);

const KINDS = [
  'invalid',
  'unsupported',
  'not-found',
  'context-overflow',
  'overloaded',
  'server',
  'aborted',
] as const;
const kind = z.enum(KINDS);
const meta = z.record(z.string(), z.record(z.string(), json));

const part = z.discriminatedUnion('type', [
  z.object({ type: z.literal('text'), text: z.string() }),
  z.object({ type: z.literal('reasoning'), text: z.string() }),
  z.object({
    type: z.literal('tool-call'),
    id: z.string(),
    name: z.string(),
    input: json,
    raw: z.string().exactOptional(),
    meta: meta.exactOptional(),
  }),
]);

const event: z.ZodType<ModelEvent> = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('delta'),
    index: count,
    kind: z.enum(['text', 'reasoning', 'tool-input']),
    text: z.string(),
  }),
  z.object({ type: z.literal('part'), index: count, part }),
  z.object({
    type: z.literal('progress'),
    phase: z.enum(['queue', 'prompt']),
    fraction: z.number().exactOptional(),
  }),
  z.object({
    type: z.literal('finish'),
    reason: z.enum(['stop', 'length', 'tool-calls']),
    raw: z.string().exactOptional(),
    usage: z.object({
      input: z.object({ total: count, cacheRead: count.exactOptional() }),
      output: z.object({ total: count }),
    }),
  }),
]);

export const engineReport: z.ZodType<EngineReport> = z.discriminatedUnion('type', [
  z.object({ type: z.literal('load'), fraction: z.number() }),
  z.object({ type: z.literal('ready'), contextWindow: z.int().positive() }),
  z.object({ type: z.literal('broken'), kind, message: z.string() }),
  z.object({ type: z.literal('event'), id: count, event }),
  z.object({ type: z.literal('result'), id: count, value: json }),
  z.object({ type: z.literal('failed'), id: count, kind, message: z.string() }),
]);

/** The kind of a failure as an engine may tell it; `server` for all others. */
export function engineKind(value: unknown): ModelErrorKind {
  const parsed = kind.safeParse(value);
  return parsed.success ? parsed.data : 'server';
}
