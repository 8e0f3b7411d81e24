import { exampleAnswer, exampleCall } from './example-answer.ts';
import type { MockModel } from './mock-model.ts';
import type { MockFault, MockReply } from './mock-reply.ts';
import type { MockRequest } from './mock-request.ts';

/** The model of that name when no scenario is given: every name exists, and `err-<status>[-<retryAfterSeconds>]` refuses. */
export function builtInModel(id: string): MockModel {
  const refusal = /^err-([45]\d\d)(?:-(\d+))?$/.exec(id);
  if (refusal === null)
    return { id, limit: LIMIT, ...(id === 'm-cold' ? { state: 'not-loaded' } : {}) };
  const retryAfter = refusal[2] === undefined ? {} : { retryAfterMs: Number(refusal[2]) * 1_000 };
  return { id, down: { status: Number(refusal[1]), ...retryAfter } };
}

/** The models that a service without a scenario lists. */
export const builtInModels: readonly string[] = ['m', 'm-tool', 'm-think', 'm-slow', 'm-cold'];

/**
 * What a model answers when no rule does, by its name: a name with `tool` calls `get_weather` (and answers in words
 * once it has a result; twice at once with `tools`), with `unicode` says characters of many bytes, `m-large` says 10 MiB, with `think` reasons first, with `slow` never ends, with `cache` reports cached tokens;
 * `midstream`, `cut`, `trunc`, `stall` and `malformed` break off after two tokens; every other says "Hello from mock.", the plainest JSON
 * of the form that is asked for, or calls the first tool where one must be called.
 */
export function builtInReply(request: MockRequest): MockReply {
  const { model } = request;
  const said = exampleAnswer(request) ?? HELLO;
  if (model === 'm-large') return { text: HELLO.repeat(LARGE / HELLO.length), tokensPerPiece: 256 };
  const fault = FAULTS.get(model);
  if (fault !== undefined) return { text: said, fault: { kind: fault, afterTokens: 2 } };
  return withNeededCall(request, model.startsWith('m-') ? ownReply(request, said) : { text: said });
}

/** A reply with a call of a tool where there must be one, and it makes none that it may. */
export function withNeededCall(request: MockRequest, reply: MockReply): MockReply {
  const { tools, toolChoice } = request;
  const calls = reply.toolCalls?.some(({ name }) => tools.includes(name)) ?? false;
  const call = toolChoice === 'required' && !calls ? exampleCall(request) : undefined;
  if (call === undefined) return reply;
  const { text: _, ...rest } = reply;
  return { ...rest, toolCalls: [call] };
}

function ownReply({ model, messages }: MockRequest, said: string): MockReply {
  const answered = (messages.at(-1)?.toolResults.length ?? 0) > 0;
  return {
    ...(model.includes('tool') && !answered
      ? { toolCalls: model.includes('tools') ? [WEATHER, BERGEN] : [WEATHER] }
      : { text: model.includes('unicode') ? UNICODE : said }),
    ...(model.includes('think') ? { reasoning: 'Let me think.' } : {}),
    ...(model.includes('slow') ? { endless: true, tokensPerSecond: 50 } : {}),
    ...(model.includes('cache')
      ? { usage: { input: 14, cacheRead: 5, cacheWrite: 2, output: 4 } }
      : {}),
  };
}

/** What a model says in a scenario when no rule matches. */
export const defaultReply: MockReply & { readonly text: string } = { text: 'Hello from mock.' };

const HELLO = defaultReply.text;
/** Characters of a long answer. */
const LARGE = 10 * 1024 * 1024;
const UNICODE = 'Grüße, 世界 👋🏽!';
const BERGEN = { name: 'get_weather', input: { city: 'Bergen' } };
const WEATHER = { name: 'get_weather', input: { city: 'Oslo' } };
/** Wide enough never to be met, so that replies carry rate-limit headers. */
const LIMIT = { requests: 1_000_000, perMs: 60_000 };
const FAULTS: ReadonlyMap<string, Exclude<MockFault['kind'], 'status'>> = new Map([
  ['midstream', 'midstream-error'],
  ['cut', 'cut'],
  ['trunc', 'truncated'],
  ['stall', 'stall'],
  ['malformed', 'malformed'],
]);
