import { createHash } from 'node:crypto';
import type { Json, JsonObject } from '@overseer/core/spec';
import type { Answer } from '../answer.ts';
import { callIdOf } from '../call-id.ts';
import { parsedOr } from '../json-reader.ts';
import { isSigned } from './read-content.ts';

/** One response, or one piece of a stream, which has the same form. */
export function responseOf(answer: Answer, parts: readonly JsonObject[], end?: 'end'): JsonObject {
  const finishReason = answer.finish === 'length' ? 'MAX_TOKENS' : 'STOP';
  return {
    candidates: [
      {
        content: { parts, role: 'model' },
        ...(end === undefined ? {} : { finishReason }),
        index: 0,
      },
    ],
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
