import type { CallContext, ListedModel } from '@overseer/core/spec';
import { field, numberField, textField } from '../internal/fields.ts';
import { type HttpClient, requestJson } from '../internal/http-client.ts';

/** The models that chat, with their windows. Throws `ModelError`. */
export async function listCohereModels(
  client: HttpClient,
  root: string,
  where: string,
  ctx: CallContext,
): Promise<readonly ListedModel[]> {
  const path = `${root}/v1/models?page_size=1000&endpoint=chat`;
  const answer = await requestJson(client, { method: 'GET', path, where }, ctx);
  const list = field(answer, 'models');
  return Array.isArray(list) ? list.flatMap(listed) : [];
}

function listed(entry: unknown): readonly ListedModel[] {
  const id = textField(entry, 'name');
  if (id === undefined) return [];
  const contextWindow = numberField(entry, 'context_length');
  return [{ id, state: 'ready', ...(contextWindow === undefined ? {} : { contextWindow }) }];
}
