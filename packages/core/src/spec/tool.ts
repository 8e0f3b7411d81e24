import type { Json, JsonObject } from './json.ts';

/**
 * What repeating a tool call does. `none`: it changes nothing. `idempotent`: the same call twice is the same as once.
 * `probe`: the tool can tell whether it happened. `once`: nobody can tell; a call in doubt waits for a person.
 */
export type Effect = 'none' | 'idempotent' | 'probe' | 'once';

/** What a tool needs leave for; grants name these. */
export type ToolPermission = 'read' | 'write' | 'execute' | 'network' | (string & {});

/** What a tool gets beside its input. Hand it on as it is: a copy by spreading has no signal. */
export interface ToolContext {
  readonly signal: AbortSignal;
  readonly run: string;
  readonly task: string;
  readonly attempt: string;
  /** The same for every repetition of one call; pass it to services that take an idempotency key. */
  readonly key: string;
  /** The attempt's own folder, absolute; `undefined` where the run has no workspace. */
  readonly workspace?: string;
  /** Paths, relative to the workspace, that the task declared it will write; empty when it declared none. */
  readonly files: readonly string[];
}

/** A schema for tool input: a JSON Schema for the model and a check for what comes back. */
export interface ToolSchema<T = unknown> {
  readonly jsonSchema: JsonObject;
  /** Returns the parsed value, or the problems in words. Never throws. */
  parse(
    value: unknown,
  ):
    | { readonly ok: true; readonly value: T }
    | { readonly ok: false; readonly problems: readonly string[] };
}

/** One thing a model may do. Unknown names and wrong input go back to the model as errors; nothing is run for them. */
export interface Tool<Input = unknown> {
  readonly spec: 'tool/1';
  readonly description: string;
  readonly input: ToolSchema<Input>;
  readonly output?: ToolSchema;
  readonly permissions: readonly ToolPermission[];
  readonly effect: Effect;
  readonly timeoutMs: number;
  /** It asks how something stands: the same call is expected to give the same answer many times, and is no loop. */
  readonly polls?: true;
  /** US dollars a call. */
  readonly cost?: number;
  /** What of its input nobody is shown who looks at calls later, or is asked about one: all of it, or these fields. */
  readonly sensitive?: true | readonly string[];
  /** Does it. Throws `ToolError`, whose sentence the model is shown. Must stop when `ctx.signal` aborts. */
  execute(input: Input, ctx: ToolContext): Promise<Json>;
  /** For `effect: 'probe'`: did this call happen? */
  probe?(
    input: Input,
    ctx: ToolContext,
  ): Promise<
    | { readonly kind: 'done'; readonly output: Json }
    | { readonly kind: 'absent' }
    | { readonly kind: 'unknown' }
  >;
}
