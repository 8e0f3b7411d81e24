import type { Json, JsonObject } from '@overseer/core/spec';
import { z } from 'zod';

/** One turn as the engine takes it. A turn of the model holds its calls together with their results. */
export type GgufTurn =
  | { readonly role: 'system' | 'user'; readonly text: string }
  | { readonly role: 'model'; readonly pieces: readonly GgufPiece[] };

/** Text that a model wrote, or a tool that it called and what came of it. */
export type GgufPiece =
  | { readonly text: string }
  | { readonly call: string; readonly input: Json; readonly result: Json };

/** A request as the engine takes it. */
export interface GgufRequest {
  readonly turns: readonly GgufTurn[];
  readonly tools: readonly {
    readonly name: string;
    readonly description?: string;
    readonly input: JsonObject;
  }[];
  /** Writes JSON, after a schema where there is one. */
  readonly json?: { readonly schema?: JsonObject };
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly stop: readonly string[];
  /** Most tokens of reasoning. */
  readonly thought?: number;
}

const json: z.ZodType<Json> = z.json();
const object: z.ZodType<JsonObject> = z.record(z.string(), json);

const piece: z.ZodType<GgufPiece> = z.union([
  z.object({ text: z.string() }),
  z.object({ call: z.string(), input: json, result: json }),
]);

export const ggufRequest: z.ZodType<GgufRequest> = z.object({
  turns: z.array(
    z.union([
      z.object({ role: z.enum(['system', 'user']), text: z.string() }),
      z.object({ role: z.literal('model'), pieces: z.array(piece) }),
    ]),
  ),
  tools: z.array(
    z.object({ name: z.string(), description: z.string().exactOptional(), input: object }),
  ),
  json: z.object({ schema: object.exactOptional() }).exactOptional(),
  maxTokens: z.int().positive().exactOptional(),
  temperature: z.number().exactOptional(),
  topP: z.number().exactOptional(),
  seed: z.number().exactOptional(),
  stop: z.array(z.string()),
  thought: z.int().min(0).exactOptional(),
});

/** What an engine is ordered to open. */
export interface GgufOpen {
  readonly path: string;
  readonly contextWindow: number;
  readonly gpu: GgufGpu;
  readonly threads: number;
}

/** What computes: the processor, or a graphics card by one of its interfaces. */
export type GgufGpu = false | 'auto' | 'metal' | 'cuda' | 'vulkan';

export const ggufOpen: z.ZodType<GgufOpen> = z.object({
  path: z.string(),
  contextWindow: z.int().positive(),
  gpu: z.union([z.literal(false), z.enum(['auto', 'metal', 'cuda', 'vulkan'])]),
  threads: z.int().positive(),
});
