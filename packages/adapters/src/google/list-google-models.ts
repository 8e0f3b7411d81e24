import type { CallContext, ListedModel } from '@overseer/core/spec';
import { field, numberField, textField } from '../internal/fields.ts';
import { type HttpClient, requestJson } from '../internal/http-client.ts';

/** More pages than this are nobody's list. */
const MOST_PAGES = 10;

/** The models that give content, with how much input they take. Throws `ModelError`. */
export async function listGoogleModels(
  client: HttpClient,
  where: string,
  ctx: CallContext,
): Promise<readonly ListedModel[]> {
  const models: ListedModel[] = [];
  let token: string | undefined = '';
  for (let page = 0; token !== undefined && page < MOST_PAGES; page++) {
    const more = token === '' ? '' : `&pageToken=${encodeURIComponent(token)}`;
    const path = `${client.path}/models?pageSize=1000${more}`;
    const answer = await requestJson(client, { method: 'GET', path, where }, ctx);
    const list = field(answer, 'models');
    if (Array.isArray(list)) models.push(...list.flatMap(listed));
    token = textField(answer, 'nextPageToken');
  }
  return models;
}

function listed(entry: unknown): readonly ListedModel[] {
  const name = textField(entry, 'name');
  const methods = field(entry, 'supportedGenerationMethods');
  if (name === undefined) return [];
  if (Array.isArray(methods) && !methods.includes('generateContent')) return [];
  const contextWindow = numberField(entry, 'inputTokenLimit');
  return [
    {
      id: name.replace(/^models\//, ''),
      state: 'ready',
      ...(contextWindow === undefined ? {} : { contextWindow }),
    },
  ];
}
