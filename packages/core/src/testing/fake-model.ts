import { setTimeout as sleep } from 'node:timers/promises';
import { estimateTokens, textTokens } from '../call/estimate-tokens.ts';
import type { Json } from '../spec/json.ts';
import type { ReasoningPart, TextPart, ToolCallPart } from '../spec/message.ts';
import type {
  CallContext,
  FinishReason,
  Model,
  ModelEvent,
  ModelInfo,
  ModelRequest,
  Usage,
} from '../spec/model.ts';

/** What a fake model answers to one request. */
export interface FakeReply {
  readonly text?: string;
  readonly reasoning?: string;
  readonly toolCalls?: readonly {
    /** The default is `call_1`, `call_2`, … */
    readonly id?: string;
    readonly name: string;
    readonly input: Json;
    /** Why what the model wrote is no JSON; then `input` is that text. */
    readonly invalid?: string;
  }[];
  /** Why it stops; the default is `tool-calls` where there are any, else `stop`. */
  readonly reason?: FinishReason;
  /** The default is an estimate of both sides. */
  readonly usage?: Usage;
  /** Thrown, after whatever text is given has been sent as deltas. */
  readonly error?: Error;
  /** Waited before anything is sent; an abort ends it. */
  readonly delayMs?: number;
}

/** How a fake model behaves. */
export interface FakeModelOptions {
  /** The default is `fake`. */
  readonly id?: string;
  readonly info?: Partial<ModelInfo>;
  /** Decides each answer; `nth` is 1 for the first request. */
  readonly reply: (request: ModelRequest, nth: number) => FakeReply | Promise<FakeReply>;
  /** Its tokenizer; without it, it has none and its requests are estimated. */
  readonly countTokens?: (request: ModelRequest) => number | Promise<number>;
}

/** A scripted model that remembers what it was asked. */
export interface FakeModel extends Model {
  /** Every request so far, in order. */
  readonly requests: readonly ModelRequest[];
}

/** A scripted model in this process, for tests of a host: no network, no time but the one that a reply asks for. */
export function fakeModel(options: FakeModelOptions): FakeModel {
  const requests: ModelRequest[] = [];
  const id = options.id ?? 'fake';
  return {
    spec: 'model/1',
    info: {
      id,
      provider: 'fake',
      local: true,
      can: { tools: true, json: 'schema', reasoning: true, image: true },
      ...options.info,
    },
    requests,
    stream: async function* (request, ctx) {
      ctx.signal.throwIfAborted();
      requests.push(request);
      const reply = await options.reply(request, requests.length);
      yield* play(reply, request, ctx, id);
    },
    list: () => Promise.resolve([{ id, state: 'ready' as const }]),
    ...(options.countTokens === undefined ? {} : { countTokens: counter(options.countTokens) }),
  };
}

function counter(
  count: NonNullable<FakeModelOptions['countTokens']>,
): NonNullable<Model['countTokens']> {
  return async (request, ctx) => {
    ctx.signal.throwIfAborted();
    return { tokens: await count(request), source: 'tokenizer', within: 0 };
  };
}

async function* play(
  reply: FakeReply,
  request: ModelRequest,
  ctx: CallContext,
  model: string,
): AsyncGenerator<ModelEvent> {
  if (reply.delayMs !== undefined) {
    await sleep(reply.delayMs, undefined, { signal: ctx.signal });
  }
  const parts = partsOf(reply);
  // A refusal comes before any answer.
  if (reply.error !== undefined && parts.length === 0) throw reply.error;
  yield { type: 'meta', model };
  for (const [index, part] of parts.entries()) {
    if (part.type === 'tool-call') continue;
    for (const text of part.text.split(/(?<= )/)) {
      yield { type: 'delta', index, kind: part.type, text };
    }
  }
  if (reply.error !== undefined) throw reply.error;
  for (const [index, part] of parts.entries()) yield { type: 'part', index, part };
  const whole = parts.some(({ type }) => type === 'tool-call') ? 'tool-calls' : 'stop';
  yield {
    type: 'finish',
    reason: reply.reason ?? whole,
    usage: reply.usage ?? estimated(reply, request),
  };
}

function partsOf(reply: FakeReply): readonly (TextPart | ReasoningPart | ToolCallPart)[] {
  const calls = (reply.toolCalls ?? []).map(
    ({ id, name, input, invalid }, order): ToolCallPart => ({
      type: 'tool-call',
      id: id ?? `call_${order + 1}`,
      name,
      input,
      ...(invalid === undefined ? {} : { invalid }),
    }),
  );
  return [
    ...(reply.reasoning === undefined
      ? []
      : [{ type: 'reasoning' as const, text: reply.reasoning }]),
    ...(reply.text === undefined ? [] : [{ type: 'text' as const, text: reply.text }]),
    ...calls,
  ];
}

function estimated(reply: FakeReply, request: ModelRequest): Usage {
  const reasoning = Math.ceil(textTokens(reply.reasoning ?? ''));
  const calls = reply.toolCalls === undefined ? '' : JSON.stringify(reply.toolCalls);
  return {
    input: { total: estimateTokens(request) },
    output: { total: reasoning + Math.ceil(textTokens((reply.text ?? '') + calls)), reasoning },
  };
}
