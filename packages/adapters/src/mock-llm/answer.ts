import type { JsonObject } from '@overseer/core/spec';
import type { Asked } from './asked.ts';
import type { MockReply } from './mock-reply.ts';
import { CHARACTERS_A_TOKEN, tokensOf } from './tokens.ts';

/** What is said to one request, counted and cut to size, before a dialect words it. */
export interface Answer {
  readonly model: string;
  /** Which exchange of the service this is, from 1; ids are made of it. */
  readonly n: number;
  /** Epoch ms. */
  readonly createdAt: number;
  /** The request's body. */
  readonly body: JsonObject;
  readonly reasoning: string;
  readonly text: string;
  readonly toolCalls: readonly { readonly name: string; readonly arguments: string }[];
  /** Tokens of `text` in one piece of a stream. */
  readonly tokensPerPiece: number;
  /** Whether `text` repeats until the client leaves. */
  readonly endless: boolean;
  /** Which ids tool calls have: one each, all the same, none. */
  readonly ids: 'own' | 'same' | 'none';
  /** How long its model takes to come into memory, in ms, where that was not there. */
  readonly loadMs: number | undefined;
  readonly finish: 'stop' | 'tool-calls' | 'length';
  readonly usage: AnswerUsage;
}

/** Tokens of one exchange. `input` includes both cache counts, `output` includes reasoning. */
export interface AnswerUsage {
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly output: number;
  readonly reasoning: number;
}

/** Which exchange an answer belongs to. */
export interface AnswerOrigin {
  readonly n: number;
  readonly createdAt: number;
  readonly body: JsonObject;
  /** The key or token that it came with. */
  readonly key?: string | undefined;
  readonly loadMs?: number | undefined;
}

/** Makes a reply into the answer to one request: cut where the request allows fewer tokens, and counted. */
export function answerOf(reply: MockReply, asked: Asked, origin: AnswerOrigin): Answer {
  const said = fit(reply, asked.maxTokens ?? Number.POSITIVE_INFINITY);
  const reasoning = tokensOf(said.reasoning.length);
  const output = tokensOf(
    said.toolCalls.reduce(
      (sum, call) => sum + call.name.length + call.arguments.length,
      said.reasoning.length + said.text.length,
    ),
  );
  return {
    ...origin,
    ...said,
    loadMs: origin.loadMs,
    model: reply.answeredBy ?? asked.model,
    tokensPerPiece: reply.tokensPerPiece ?? 1,
    endless: reply.endless ?? false,
    ids: reply.withoutIds === true ? 'none' : reply.sameIds === true ? 'same' : 'own',
    usage: {
      input: reply.usage?.input ?? asked.inputTokens,
      cacheRead: reply.usage?.cacheRead ?? 0,
      cacheWrite: reply.usage?.cacheWrite ?? 0,
      output: reply.usage?.output ?? output,
      reasoning: reply.usage?.reasoning ?? reasoning,
    },
  };
}

type Said = Pick<Answer, 'reasoning' | 'text' | 'toolCalls' | 'finish'>;

/** A tool call that does not fit is left out whole, because half of one is no JSON. */
function fit(reply: MockReply, maxTokens: number): Said {
  let room = maxTokens * CHARACTERS_A_TOKEN;
  const take = (text: string): string => {
    const taken = text.slice(0, room);
    room -= taken.length;
    return taken;
  };
  const reasoning = take(reply.reasoning ?? '');
  const text = take(reply.text ?? '');
  const wanted = (reply.toolCalls ?? []).map((call) => ({
    name: call.name,
    arguments: JSON.stringify(call.input),
  }));
  const toolCalls = wanted.filter((call) => {
    room -= call.name.length + call.arguments.length;
    return room >= 0;
  });
  const whole =
    reasoning.length === (reply.reasoning ?? '').length &&
    text.length === (reply.text ?? '').length &&
    toolCalls.length === wanted.length;
  const finish = toolCalls.length > 0 ? 'tool-calls' : 'stop';
  return { reasoning, text, toolCalls, finish: whole ? finish : 'length' };
}
