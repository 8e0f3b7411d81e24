import type { Model } from '@overseer/core/spec';
import { withAvailableModels } from '../internal/available-models.ts';
import { chatStream } from '../internal/chat-stream.ts';
import { counting } from '../internal/counting.ts';
import { IdleWatch } from '../internal/idle-watch.ts';
import { knownFacts } from '../internal/known-models.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import { limitsOf, withinTime } from '../internal/within-time.ts';
import { CohereAnswerReader } from './cohere-answer-reader.ts';
import { type CohereAccess, cohereClient } from './cohere-client.ts';
import { PROVIDER } from './cohere-messages.ts';
import { cohereRequest } from './cohere-request.ts';
import { countCohereTokens } from './count-cohere-tokens.ts';
import { listCohereModels } from './list-cohere-models.ts';
import { COHERE_MODELS } from './models.ts';

/** How Cohere is reached, and what is known of the model. */
export interface CohereOptions extends CohereAccess, ModelFacts {
  /** Most ms without a byte from the server, to within a quarter more; the default is 300,000. */
  readonly idleTimeoutMs?: number;
  /** Most ms for a list of models or a count of tokens, whole; the default is 15,000. */
  readonly askTimeoutMs?: number;
}

/**
 * A model of Cohere over its chat of the second version, by our own wire code on kept-alive sockets. Without a key the first
 * call fails with kind `auth`. Throws `ConfigError` for a bad base URL; disposing it closes the idle sockets. `countTokens`
 * counts what is written in a request, and not what Cohere puts around it, which is a few tokens a message.
 */
export function cohere(
  modelId: string,
  options: CohereOptions = {},
): Model & Disposable & Required<Pick<Model, 'list' | 'countTokens'>> {
  const where = `${PROVIDER}/${modelId}`;
  const { client, root } = cohereClient(options, where);
  const limits = limitsOf(where, options);
  const watch = new IdleWatch(options.idleTimeoutMs ?? 300_000);
  const info = modelInfo(
    modelId,
    PROVIDER,
    knownFacts(COHERE_MODELS, modelId, { ...options, can: { json: 'schema', ...options.can } }),
    { ...options, variable: 'CO_API_KEY', baseURL: client.origin },
  );
  return {
    spec: 'model/1',
    info,
    stream: (request, ctx) =>
      chatStream({
        client,
        watch,
        where,
        ctx,
        path: `${root}/v2/chat`,
        prepare: () => {
          const { body, warnings } = cohereRequest(modelId, request, info.can.reasoning);
          return { text: JSON.stringify(body), warnings };
        },
        explain: (error) =>
          withAvailableModels(error, modelId, ctx, (bounded) =>
            listCohereModels(client, root, where, bounded),
          ),
        reader: (from, sink) => new CohereAnswerReader(from, sink, modelId),
      }),
    list: (ctx) =>
      withinTime(ctx, limits.list, (bounded) => listCohereModels(client, root, where, bounded)),
    countTokens: counting(where, (request, ctx) => {
      const { body } = cohereRequest(modelId, request, info.can.reasoning);
      const count = { client, path: `${root}/v1/tokenize`, where, model: modelId };
      return withinTime(ctx, limits.count, (bounded) => countCohereTokens(count, body, bounded));
    }),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  };
}
