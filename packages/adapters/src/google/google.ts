import type { Model } from '@overseer/core/spec';
import { withAvailableModels } from '../internal/available-models.ts';
import { chatStream } from '../internal/chat-stream.ts';
import { counting } from '../internal/counting.ts';
import { numberField } from '../internal/fields.ts';
import { requestJson } from '../internal/http-client.ts';
import { IdleWatch } from '../internal/idle-watch.ts';
import { knownFacts } from '../internal/known-models.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import { requireName } from '../internal/require-option.ts';
import { toldCount } from '../internal/told-count.ts';
import { limitsOf, withinTime } from '../internal/within-time.ts';
import { GoogleAnswerReader } from './google-answer-reader.ts';
import { type GoogleAccess, googleClient } from './google-client.ts';
import { PROVIDER } from './google-parts.ts';
import { modelPath } from './google-place.ts';
import { googleRequest } from './google-request.ts';
import { lateBody } from './late-body.ts';
import { listGoogleModels } from './list-google-models.ts';
import { GOOGLE_MODELS } from './models.ts';

/** How Google's Gemini API is reached, and what is known of the model. */
export interface GoogleOptions extends GoogleAccess, ModelFacts {
  /** Most ms without a byte from the server, to within a quarter more; the default is 300,000. */
  readonly idleTimeoutMs?: number;
  /** Most ms for a list of models or a count of tokens, whole; the default is 15,000. */
  readonly askTimeoutMs?: number;
}

/**
 * A model of Google over the Gemini API, by our own wire code on kept-alive sockets. Without a key the first call fails with
 * kind `auth`. The key goes in a header and never in an address. Throws `ConfigError` for a bad base URL; disposing it closes
 * the idle sockets.
 */
export function google(
  modelId: string,
  options: GoogleOptions = {},
): Model & Disposable & Required<Pick<Model, 'list' | 'countTokens'>> {
  requireName(PROVIDER, modelId);
  const where = `${PROVIDER}/${modelId}`;
  const client = googleClient(options, where);
  const watch = new IdleWatch(options.idleTimeoutMs ?? 300_000);
  const path = `${client.path}/${modelPath(modelId)}`;
  const limits = limitsOf(where, options);
  return {
    spec: 'model/1',
    info: modelInfo(
      modelId,
      PROVIDER,
      knownFacts(GOOGLE_MODELS, modelId.replace(/^models\//, ''), {
        ...options,
        can: { json: 'schema', ...options.can },
      }),
      { ...options, variable: 'GOOGLE_API_KEY', baseURL: client.origin },
    ),
    stream: (request, ctx) => {
      let reader: GoogleAnswerReader | undefined;
      return chatStream({
        client,
        watch,
        where,
        ctx,
        path: `${path}:streamGenerateContent?alt=sse`,
        prepare: () => {
          const { body, warnings } = googleRequest(modelId, request);
          return { text: JSON.stringify(body), warnings };
        },
        explain: (error) =>
          withAvailableModels(error, modelId, ctx, (bounded) =>
            listGoogleModels(client, where, bounded),
          ),
        reader: (from, sink) => {
          reader = new GoogleAnswerReader(from, sink, modelId);
          return reader;
        },
        cut: lateBody(() => reader?.progress ?? 'open'),
      });
    },
    list: (ctx) =>
      withinTime(ctx, limits.list, (bounded) => listGoogleModels(client, where, bounded)),
    countTokens: counting(where, async (request, ctx) => {
      const { body } = googleRequest(modelId, request);
      // Whole: a schema of the answer has tokens too.
      const counted = { model: modelPath(modelId), ...body };
      const asked = { method: 'POST', path: `${path}:countTokens`, where } as const;
      const answer = await withinTime(ctx, limits.count, (bounded) =>
        requestJson(client, { ...asked, body: { generateContentRequest: counted } }, bounded),
      );
      return toldCount(numberField(answer, 'totalTokens'), where);
    }),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
