import type { CallContext, ListedModel } from '@overseer/core/spec';
import { field, numberField } from '../internal/fields.ts';
import { type HttpClient, requestJson } from '../internal/http-client.ts';
import { listOpenAiModels } from '../internal/list-models.ts';

/** The models of a llama.cpp server; the window of the only one, where its list does not tell, is that of `/props`. Throws `ModelError`. */
export async function listWithProps(
  client: HttpClient,
  where: string,
  ctx: CallContext,
): Promise<readonly ListedModel[]> {
  const models = await listOpenAiModels(client, where, ctx);
  const [only, another] = models;
  if (only === undefined || another !== undefined || only.contextWindow !== undefined) {
    return models;
  }
  const path = `${client.path.replace(/\/v1$/, '')}/props`;
  try {
    const props = await requestJson(client, { method: 'GET', path, where }, ctx);
    const window = numberField(field(props, 'default_generation_settings'), 'n_ctx');
    return window === undefined ? models : [{ ...only, contextWindow: window }];
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    // The list is what was asked for; servers may keep their properties to themselves.
    return models;
  }
}
