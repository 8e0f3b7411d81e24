import type { JsonObject } from '@overseer/core/spec';
import { type Answer, choicesOf } from '../answer.ts';
import type { Dialect } from '../dialect.ts';
import { type Frame, sseFrame } from '../frame.ts';
import { inTurns, textPieces } from '../pieces.ts';
import { tokenPieces } from '../tokens.ts';
import { readContent } from './read-content.ts';
import { callPart, candidateOf, responseOf, signature } from './response.ts';
import { googleWire } from './wire.ts';

/** Google's content: `POST /v1/models/{id}:generateContent` and `:streamGenerateContent?alt=sse`, also under `/v1beta`. */
export const googleContent: Dialect = {
  name: 'google-content',
  wire: googleWire,
  read: readContent,
  whole: (answer) => {
    const candidates = choicesOf(answer).map((one) => candidateOf(one, wholeParts(one), 'end'));
    return responseOf(answer, candidates, 'end');
  },
  stream: streamContent,
  // Google's events have no names.
  malformed: 'data: {"candidates": [\n\n',
  streamError: (requestId) =>
    sseFrame(googleWire.error(googleWire.breakdown, requestId), 'framing').text,
};

function wholeParts(answer: Answer): readonly JsonObject[] {
  const { reasoning, text, toolCalls } = answer;
  const signed = toolCalls.length === 0 ? signature(answer) : {};
  return [
    ...(reasoning === '' ? [] : [{ text: reasoning, thought: true }]),
    ...(text === '' ? [] : [{ text, ...signed }]),
    ...toolCalls.map((_, index) => callPart(answer, index)),
  ];
}

/** A stream of whole responses, one candidate in each. */
function streamContent(answer: Answer): Iterable<Frame> {
  return inTurns(choicesOf(answer).map(streamCandidate));
}

/** The end of a candidate has no mark of its own but the reason for it; an answer in words is signed there. */
function* streamCandidate(answer: Answer): Generator<Frame> {
  for (const text of tokenPieces(answer.reasoning)) yield piece(answer, { text, thought: true });
  for (const text of textPieces(answer)) yield piece(answer, { text });
  for (const index of answer.toolCalls.keys()) yield piece(answer, callPart(answer, index));
  const last = { text: '', ...(answer.toolCalls.length === 0 ? signature(answer) : {}) };
  const candidate = candidateOf(answer, [last], 'end');
  yield sseFrame(responseOf(answer, [candidate], 'end'), 'closing');
}

function piece(answer: Answer, part: JsonObject): Frame {
  return sseFrame(responseOf(answer, [candidateOf(answer, [part])]), 'token');
}
