import type { Json } from '@overseer/core/spec';
import { z } from 'zod';
import type { MockModel } from './mock-model.ts';
import type { MockFault, MockReply } from './mock-reply.ts';
import type { MockRule, MockScenario } from './scenario.ts';

/**
 * Reads a scenario that is written as JSON: the same fields, with `model` and `matches` as text, where `/…/` makes a pattern
 * of `model` and `matches` always is one, and without functions. Throws `ZodError` or `SyntaxError`.
 */
export function scenarioFrom(value: unknown): MockScenario {
  const { rules, ...rest } = written.parse(value);
  return { ...rest, rules: rules.map(ruleFrom) };
}

function ruleFrom({ model, matches, ...rule }: WrittenRule): MockRule {
  const [, pattern] = /^\/(.+)\/$/s.exec(model ?? '') ?? [];
  return {
    ...rule,
    ...(model === undefined ? {} : { model: pattern === undefined ? model : new RegExp(pattern) }),
    ...(matches === undefined ? {} : { matches: new RegExp(matches) }),
  };
}

interface WrittenRule {
  readonly name: string;
  readonly model?: string;
  readonly times?: number;
  readonly matches?: string;
  readonly reply: MockReply;
}

interface Written extends Omit<MockScenario, 'rules'> {
  readonly rules: readonly WrittenRule[];
}

const count = z.int().nonnegative().exactOptional();
const ms = z.number().nonnegative().exactOptional();
const speed = z.number().positive().exactOptional();
const status = {
  status: z.int().min(400).max(599),
  retryAfterMs: ms,
  code: z.string().exactOptional(),
  message: z.string().exactOptional(),
};
const json: z.ZodType<Json> = z.json();
const after = z.strictObject({
  kind: z.enum(['cut', 'truncated', 'stall', 'midstream-error', 'malformed']),
  afterTokens: z.int().nonnegative(),
});
const fault: z.ZodType<MockFault> = z.union([
  z.strictObject({ kind: z.literal('status'), ...status }),
  after,
]);
const reply: z.ZodType<MockReply> = z.strictObject({
  text: z.string().exactOptional(),
  reasoning: z.string().exactOptional(),
  toolCalls: z.array(z.strictObject({ name: z.string(), input: json })).exactOptional(),
  usage: z
    .strictObject({
      input: count,
      cacheRead: count,
      cacheWrite: count,
      output: count,
      reasoning: count,
    })
    .exactOptional(),
  tokensPerSecond: speed,
  firstTokenMs: ms,
  endless: z.boolean().exactOptional(),
  fault: fault.exactOptional(),
});
const model: z.ZodType<MockModel> = z.strictObject({
  id: z.string().min(1),
  limit: z
    .strictObject({ requests: z.int().positive(), perMs: z.number().positive() })
    .exactOptional(),
  tokensPerSecond: speed,
  firstTokenMs: ms,
  jitter: z.number().min(0).max(1).exactOptional(),
  down: z.union([z.boolean(), z.strictObject(status)]).exactOptional(),
  contextWindow: z.int().positive().exactOptional(),
  state: z.enum(['loaded', 'idle', 'not-loaded']).exactOptional(),
  loadMs: ms,
  capabilities: z.array(z.string()).exactOptional(),
});
const written: z.ZodType<Written> = z.strictObject({
  models: z.array(model).min(1),
  rules: z.array(
    z.strictObject({
      name: z.string(),
      model: z.string().exactOptional(),
      times: z.int().positive().exactOptional(),
      matches: z.string().exactOptional(),
      reply,
    }),
  ),
  maxLoaded: z.int().positive().exactOptional(),
});
