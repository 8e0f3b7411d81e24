import { defined } from '@overseer/core/plugin';
import type { CallContext, ListedModel } from '@overseer/core/spec';
import { field, numberField, textField } from './fields.ts';
import { type HttpClient, requestJson } from './http-client.ts';

/** The models of a server that has `GET /v1/models`, with their state and window where it tells (llama.cpp, vLLM, Groq). Throws `ModelError`. */
export async function listOpenAiModels(
  client: HttpClient,
  where: string,
  ctx: CallContext,
): Promise<readonly ListedModel[]> {
  const path = `${client.path}/models`;
  const answer = await requestJson(client, { method: 'GET', path, where }, ctx);
  const list = field(answer, 'data');
  return Array.isArray(list) ? list.flatMap(readModel) : [];
}

const WINDOW_FIELDS = ['context_window', 'context_length', 'max_model_len', 'max_context_length'];

const STATES: ReadonlyMap<unknown, ListedModel['state']> = new Map<unknown, ListedModel['state']>([
  ['loaded', 'ready'],
  ['loading', 'busy'],
  ['unloaded', 'cold'],
  ['sleeping', 'cold'],
]);

function readModel(entry: unknown): readonly ListedModel[] {
  const id = textField(entry, 'id');
  if (id === undefined) return [];
  const told = WINDOW_FIELDS.map((name) => numberField(entry, name)).find(Boolean);
  const contextWindow = told ?? numberField(field(entry, 'meta'), 'n_ctx');
  const status = field(entry, 'status');
  const state = STATES.get(field(status, 'value') ?? status);
  return [{ id, ...defined({ state, contextWindow }) }];
}
