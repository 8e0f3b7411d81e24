import type { GenerateResponse } from 'ollama';
import type { Answer } from '../answer.ts';
import type { Dialect } from '../dialect.ts';
import type { Frame } from '../frame.ts';
import { textPieces } from '../pieces.ts';
import { tokenPieces } from '../tokens.ts';
import { fitWindow } from './fit-window.ts';
import {
  chancesOf,
  type Dated,
  isShown,
  lineFrame,
  MALFORMED,
  metricsOf,
  NDJSON,
  opening,
} from './lines.ts';
import { loadOrder } from './load-order.ts';
import { readGenerate } from './read-chat.ts';
import { ollamaWire } from './wire.ts';

/** Ollama's completion of one prompt: `POST /api/generate`. */
export const ollamaGenerate: Dialect = {
  name: 'ollama-generate',
  wire: ollamaWire,
  streamType: NDJSON,
  malformed: MALFORMED,
  read: readGenerate,
  fit: fitWindow,
  order: (question) => loadOrder(question, { response: '' }),
  whole: (answer): Dated<GenerateResponse> => ({
    ...opening(answer),
    response: answer.text,
    ...(isShown(answer) ? { thinking: answer.reasoning } : {}),
    done: true,
    context: [],
    ...metricsOf(answer),
    ...chancesOf(answer, answer.text),
  }),
  stream: streamGenerate,
  streamError: (requestId) =>
    lineFrame(ollamaWire.error(ollamaWire.breakdown, requestId), 'framing').text,
};

function* streamGenerate(answer: Answer): Iterable<Frame> {
  const begun = { ...opening(answer), response: '', done: false };
  if (isShown(answer)) {
    for (const thinking of tokenPieces(answer.reasoning)) {
      yield lineFrame({ ...begun, thinking }, 'token');
    }
  }
  for (const response of textPieces(answer)) {
    yield lineFrame({ ...begun, response, ...chancesOf(answer, response) }, 'token');
  }
  yield lineFrame({ ...begun, done: true, context: [], ...metricsOf(answer) }, 'closing');
}
