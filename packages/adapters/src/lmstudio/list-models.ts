import { type ModelError, noSuchModel, toModelError } from '@overseer/core/plugin';
import type { CallContext } from '@overseer/core/spec';
import { type HttpClient, requestJson } from '../internal/http-client.ts';
import { type LmStudioModel, readV0, readV1 } from './read-models.ts';

/** The models of an LM Studio, newest form first; a server without any of them is asked by name only. Throws `ModelError`. */
export async function listLmStudio(
  client: HttpClient,
  where: string,
  ctx: CallContext,
): Promise<readonly LmStudioModel[]> {
  const root = client.path.replace(/\/v1$/, '');
  const forms = [
    { path: `${root}/api/v1/models`, read: readV1 },
    { path: `${root}/api/v0/models`, read: readV0 },
    { path: `${client.path}/models`, read: readV0 },
  ];
  let last: ModelError | undefined;
  for (const { path, read } of forms) {
    try {
      const models = read(await requestJson(client, { method: 'GET', path, where }, ctx));
      if (models !== undefined) return models;
    } catch (thrown) {
      last = toModelError(thrown, ctx.signal, where);
      if (!['not-found', 'invalid', 'protocol', 'unsupported'].includes(last.kind)) throw last;
    }
  }
  throw last ?? noSuchModel('default', []);
}
