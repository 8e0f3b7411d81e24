import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '@overseer/core/spec';
import type { Answer } from '../answer.ts';
import { callIdOf } from '../call-id.ts';
import { asText, parsedOr } from '../json-reader.ts';
import { logprobsOf, type TokenLogprob } from '../logprobs.ts';
import { tokenIdOf } from '../vocabulary.ts';
import { isSigned } from './read-content.ts';

const FINISH_REASONS: Readonly<Record<Answer['finish'], string>> = {
  stop: 'STOP',
  'tool-calls': 'STOP',
  length: 'MAX_TOKENS',
  filter: 'SAFETY',
};

/** One candidate, or what a piece of a stream has of it. */
export function candidateOf(answer: Answer, parts: readonly JsonObject[], end?: 'end'): JsonObject {
  const finishReason = FINISH_REASONS[answer.finish];
  return {
    content: { parts, role: 'model' },
    ...(end === undefined ? {} : { finishReason }),
    index: answer.choice,
    ...chancesOf(answer, parts),
  };
}

/** The chances of a text's tokens, where they are asked for. */
function chancesOf({ logprobs }: Answer, parts: readonly JsonObject[]): JsonObject {
  const text = parts.map((part) => (part['thought'] === true ? '' : asText(part['text']))).join('');
  if (logprobs === undefined || text === '') return {};
  const said = logprobsOf(text, logprobs);
  const avgLogprobs = said.reduce((sum, { logprob }) => sum + logprob, 0) / said.length;
  const topCandidates = said.map((one) => ({ candidates: one.top_logprobs.map(candidateToken) }));
  const chosenCandidates = said.map(candidateToken);
  return { avgLogprobs, logprobsResult: { topCandidates, chosenCandidates } };
}

function candidateToken({ token, logprob }: TokenLogprob): JsonObject {
  return { token, tokenId: tokenIdOf(token), logProbability: logprob };
}

/** One response, or one piece of a stream, which has the same form. */
export function responseOf(
  answer: Answer,
  candidates: readonly JsonObject[],
  end?: 'end',
): JsonObject {
  return {
    candidates,
    usageMetadata: usageOf(answer, end !== undefined),
    modelVersion: answer.model,
    responseId: `resp_${answer.n}`,
  };
}

/** The part of one function call; only the first of an answer is signed. */
export function callPart(answer: Answer, index: number): JsonObject {
  const call = answer.toolCalls[index];
  const args: Json = parsedOr(call?.arguments ?? '{}');
  const id = callIdOf(answer, index, 'fc');
  return {
    functionCall: { ...(id === undefined ? {} : { id }), name: call?.name ?? '', args },
    ...(index === 0 ? signature(answer) : {}),
  };
}

/** The signature that a client must send back with the part that it came with; thoughts themselves are never sent back. */
export function signature({ model, reasoning, n }: Answer): JsonObject {
  if (reasoning === '' && !isSigned(model)) return {};
  const thoughtSignature = createHash('sha256').update(`${reasoning}\n${n}`).digest('base64');
  return { thoughtSignature };
}

/** Usage by Google's measure: the prompt includes what a cache gave, and thoughts stand beside the candidates. */
function usageOf({ usage }: Answer, isWhole: boolean): JsonObject {
  const { input, cacheRead, output, reasoning } = usage;
  const cached = cacheRead === 0 ? {} : { cachedContentTokenCount: cacheRead };
  if (!isWhole) return { promptTokenCount: input, ...cached, totalTokenCount: input };
  return {
    promptTokenCount: input,
    candidatesTokenCount: output - reasoning,
    totalTokenCount: input + output,
    ...cached,
    ...(reasoning === 0 ? {} : { thoughtsTokenCount: reasoning }),
  };
}
