import type { JsonObject } from '@overseer/core/spec';
import type { Asked } from './asked.ts';
import { defaultReply } from './built-in.ts';
import type { MockReply } from './mock-reply.ts';
import { CHARACTERS_A_TOKEN, tokensOf } from './tokens.ts';
import type { ToolChoice } from './tool-choice.ts';

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
  /** How many choices say the same. */
  readonly choices: number;
  /** Which of them this is, from 0. */
  readonly choice: number;
  /** How many of the likeliest tokens are told with each, 0 for itself alone; `undefined` for none. */
  readonly logprobs: number | undefined;
  readonly finish: 'stop' | 'tool-calls' | 'length' | 'filter';
  /** The text before which it ended, where the request named one that came. */
  readonly stoppedBy: string | undefined;
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
  const allowed = withAllowedCalls(reply, asked.toolChoice);
  const { text, by } = stopAt(allowed.text ?? '', asked.stops ?? []);
  const before = by === undefined ? allowed : { ...allowed, text, toolCalls: [], endless: false };
  const said = fit(before, asked.maxTokens ?? Number.POSITIVE_INFINITY);
  const { choices = 1 } = asked;
  return {
    ...origin,
    ...said,
    loadMs: origin.loadMs,
    choices,
    choice: 0,
    logprobs: asked.logprobs,
    model: reply.answeredBy ?? asked.model,
    tokensPerPiece: reply.tokensPerPiece ?? 1,
    endless: before.endless ?? false,
    stoppedBy: said.finish === 'stop' ? by : undefined,
    ids: idsOf(reply),
    usage: { ...counted(said, asked.inputTokens, choices), ...reply.usage },
  };
}

/** What is counted where a reply says nothing else: all choices together. */
function counted(
  { reasoning, text, toolCalls }: Said,
  input: number,
  choices: number,
): AnswerUsage {
  const calls = toolCalls.map((call) => call.name + call.arguments).join('');
  return {
    input,
    cacheRead: 0,
    cacheWrite: 0,
    output: choices * tokensOf(reasoning.length + text.length + calls.length),
    reasoning: choices * tokensOf(reasoning.length),
  };
}

/** An answer once for each of its choices. */
export function choicesOf(answer: Answer): readonly Answer[] {
  return Array.from({ length: answer.choices }, (_, choice) => ({ ...answer, choice }));
}

/** Without the calls that the provider would keep its model from. */
function withAllowedCalls(reply: MockReply, { mode, single }: ToolChoice): MockReply {
  const { toolCalls = [], text = defaultReply.text } = reply;
  if (toolCalls.length === 0) return reply;
  if (mode === 'none') return { ...reply, text, toolCalls: [] };
  if (reply.filtered === true) return { ...reply, toolCalls: [] };
  return single === true ? { ...reply, toolCalls: toolCalls.slice(0, 1) } : reply;
}

type Said = Pick<Answer, 'reasoning' | 'text' | 'toolCalls' | 'finish'>;

function idsOf({ withoutIds, sameIds }: MockReply): Answer['ids'] {
  if (withoutIds === true) return 'none';
  return sameIds === true ? 'same' : 'own';
}

/** The text before the first of `stops` in it, and which one that is. */
function stopAt(
  text: string,
  stops: readonly string[],
): { readonly text: string; readonly by: string | undefined } {
  const found = stops
    .map((by) => ({ by, at: text.indexOf(by) }))
    .filter(({ at }) => at >= 0)
    .sort((one, other) => one.at - other.at);
  const [first] = found;
  return first === undefined
    ? { text, by: undefined }
    : { text: text.slice(0, first.at), by: first.by };
}

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
  if (!whole) return { reasoning, text, toolCalls, finish: 'length' };
  const stopped = reply.filtered === true ? 'filter' : 'stop';
  return { reasoning, text, toolCalls, finish: toolCalls.length > 0 ? 'tool-calls' : stopped };
}
