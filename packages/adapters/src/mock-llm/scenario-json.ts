import type { Json } from '@overseer/core/spec';
import { z } from 'zod';
import type { MockBatches } from './batch/batch-shelf.ts';
import type { MockEndpointFault, MockEndpointRule } from './endpoint-rules.ts';
import type { MockModel } from './mock-model.ts';
import type { MockFault, MockReply, MockStatus, MockToolCall, MockUsage } from './mock-reply.ts';
import type { MockRule, MockScenario } from './scenario.ts';

/**
 * Reads a scenario that is written as JSON: the same fields, with `model`, `matches` and `path` as text, where `/…/` makes a
 * pattern of `model` and the others always are one, and without functions. Throws `ZodError` or `SyntaxError`.
 */
export function scenarioFrom(value: unknown): MockScenario {
  const { rules, endpoints, ...rest } = written.parse(value);
  return {
    ...rest,
    rules: rules.map(ruleFrom),
    ...(endpoints === undefined
      ? {}
      : { endpoints: endpoints.map((one) => ({ ...one, path: new RegExp(one.path) })) }),
  };
}

function ruleFrom({ model, matches, ...rule }: WrittenRule): MockRule {
  const [, pattern] = /^\/(.+)\/$/s.exec(model ?? '') ?? [];
  return {
    ...rule,
    ...(model === undefined ? {} : { model: pattern === undefined ? model : new RegExp(pattern) }),
    ...(matches === undefined ? {} : { matches: new RegExp(matches) }),
  };
}

interface WrittenRule extends Omit<MockRule, 'model' | 'matches' | 'when' | 'reply'> {
  readonly model?: string;
  readonly matches?: string;
  readonly reply: MockReply;
}

interface Written extends Omit<MockScenario, 'rules' | 'endpoints'> {
  readonly rules: readonly WrittenRule[];
  readonly endpoints?: readonly (Omit<MockEndpointRule, 'path'> & { readonly path: string })[];
}

/** A schema for each field. A type alone would not miss one that may be left out. */
type Fields<T> = Readonly<Record<keyof T, z.ZodType>>;

const text = z.string().exactOptional();
const yes = z.boolean().exactOptional();
const count = z.int().nonnegative().exactOptional();
const ms = z.number().nonnegative().exactOptional();
const speed = z.number().positive().exactOptional();
const json: z.ZodType<Json> = z.json();

const status = {
  status: z.int().min(400).max(599),
  retryAfterMs: ms,
  code: text,
  message: text,
} satisfies Fields<MockStatus>;

const broken = {
  kind: z.enum(['cut', 'truncated', 'stall', 'midstream-error', 'malformed', 'evict']),
  afterTokens: z.int().nonnegative(),
} satisfies Fields<Exclude<MockFault, { kind: 'status' }>>;

const fault: z.ZodType<MockFault> = z.union([
  z.strictObject({ kind: z.literal('status'), ...status }),
  z.strictObject(broken),
]);

const toolCall = { name: z.string(), input: json } satisfies Fields<MockToolCall>;

const usage = {
  input: count,
  cacheRead: count,
  cacheWrite: count,
  output: count,
  reasoning: count,
} satisfies Fields<MockUsage>;

const reply = {
  text,
  reasoning: text,
  toolCalls: z.array(z.strictObject(toolCall)).exactOptional(),
  usage: z.strictObject(usage).exactOptional(),
  tokensPerSecond: speed,
  firstTokenMs: ms,
  tokensPerPiece: z.int().positive().exactOptional(),
  endless: yes,
  answeredBy: text,
  withoutIds: yes,
  sameIds: yes,
  filtered: yes,
  fault: fault.exactOptional(),
} satisfies Fields<MockReply>;

const model = {
  id: z.string().min(1),
  limit: z
    .strictObject({
      requests: z.int().positive(),
      tokens: z.int().positive().exactOptional(),
      perMs: z.number().positive(),
      perKey: yes,
    })
    .exactOptional(),
  tokensPerSecond: speed,
  firstTokenMs: ms,
  jitter: z.number().min(0).max(1).exactOptional(),
  down: z.union([z.boolean(), z.strictObject(status)]).exactOptional(),
  contextWindow: z.int().positive().exactOptional(),
  state: z.enum(['loaded', 'idle', 'not-loaded']).exactOptional(),
  loadMs: ms,
  capabilities: z.array(z.string()).exactOptional(),
} satisfies Fields<MockModel>;

const rule = {
  name: z.string(),
  model: text,
  times: z.int().positive().exactOptional(),
  matches: text,
  reply: z.strictObject(reply),
} satisfies Fields<Omit<MockRule, 'when'>>;

const batches = { takesMs: ms, answers: count, refusal: text } satisfies Fields<MockBatches>;

const endpointFault: z.ZodType<MockEndpointFault> = z.union([
  z.strictObject({ kind: z.literal('status'), ...status }),
  z.strictObject({ kind: z.enum(['cut', 'truncated', 'stall', 'malformed']) }),
]);

const endpoint = {
  name: z.string(),
  path: z.string(),
  method: text,
  times: z.int().positive().exactOptional(),
  afterMs: ms,
  fault: endpointFault.exactOptional(),
} satisfies Fields<MockEndpointRule>;

const written: z.ZodType<Written> = z.strictObject({
  models: z.array(z.strictObject(model)).min(1),
  rules: z.array(z.strictObject(rule)),
  maxLoaded: z.int().positive().exactOptional(),
  batches: z.strictObject(batches).exactOptional(),
  endpoints: z.array(z.strictObject(endpoint)).exactOptional(),
} satisfies Fields<MockScenario>);
