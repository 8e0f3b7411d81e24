import { defined, ModelError } from '@overseer/core/plugin';
import type { CallContext, Model } from '@overseer/core/spec';
import { hideSecrets, secretsOf } from '../internal/hide-secrets.ts';
import { IdleWatch } from '../internal/idle-watch.ts';
import { type ModelFacts, modelInfo } from '../internal/model-facts.ts';
import { pushStream } from '../internal/push-stream.ts';
import { aiSdkCall } from './ai-sdk-call.ts';
import { type AiSdkModel, type AiSdkSource, aiSdkModels } from './ai-sdk-model.ts';
import { AiSdkRun } from './ai-sdk-run.ts';

/** What is known of a model that comes from the AI SDK. */
export interface FromAiSdkOptions extends ModelFacts {
  /** The default is the model's own. */
  readonly id?: string;
  /** The name of the provider in records; the default is the model's own, such as `openai.responses`. */
  readonly provider?: string;
  /** Sent with every request, under those of a call; kept out of every error. */
  readonly headers?: Readonly<Record<string, string>>;
  /**
   * Tells the key that its provider was made with from other keys, and is never the key itself: when a key is refused, all models that
   * name it are left alone. Without it each model stands for itself.
   */
  readonly keyId?: string;
  /** Most ms without a part of the answer, to within a quarter more; the default is 300,000. */
  readonly idleTimeoutMs?: number;
}

/**
 * A model of any provider of the AI SDK, of its specifications v2 to v4. One call is one `doStream`, and nothing is sent
 * again; where the provider says before it sends that it takes no such call, files of text are written out and what the system
 * says later goes to the front, with a warning. Where calls bring a `fetch`, give a function that makes the model with it: a model that was made before reaches the
 * network its own way, and such a call fails with `unsupported`. Throws `ConfigError` (`config.ai-sdk-model`) for what is no
 * model.
 */
export function fromAiSdk(source: AiSdkSource, options: FromAiSdkOptions = {}): Model & Disposable {
  const modelFor = aiSdkModels(source);
  const own = modelFor(undefined) as AiSdkModel;
  const { id = own.modelId, provider = own.provider } = options;
  const where = `${provider}/${id}`;
  const watch = new IdleWatch(options.idleTimeoutMs ?? 300_000);
  const { keyId, headers } = options;
  const { keyId: _, ...known } = modelInfo(id, provider, options, {});
  const info = { ...known, ...defined({ keyId }) };
  return {
    spec: 'model/1',
    info,
    [Symbol.dispose]: modelFor.release,
    stream: (request, called) => {
      const ctx = { ...called, ...headersFor(headers, called) };
      const model = modelFor(ctx.fetch);
      if (model === undefined) throw fixedFetch(where);
      return pushStream(ctx.signal, (sink) => {
        return new AiSdkRun(
          {
            model,
            where,
            watch,
            ctx,
            prepare: (signal, form) => aiSdkCall(model, request, { ...ctx, signal }, form),
            hide: (error) => hideSecrets(error, secretsOf(ctx.headers)),
          },
          sink,
        );
      });
    },
  };
}

/** Those of a call go before those of the host. */
function headersFor(
  own: FromAiSdkOptions['headers'],
  { headers }: CallContext,
): Pick<CallContext, 'headers'> {
  return own === undefined ? {} : { headers: { ...own, ...headers } };
}

function fixedFetch(where: string): ModelError {
  return new ModelError(
    'unsupported',
    `${where}: the host reaches the network through its own fetch, and this AI SDK model has another; give fromAiSdk a function, as in fromAiSdk((fetch) => createOpenAI({ fetch })('gpt-x'))`,
  );
}
