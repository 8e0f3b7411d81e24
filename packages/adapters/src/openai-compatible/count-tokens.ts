import type { CallContext, ModelRequest, TokenCount } from '@overseer/core/spec';
import { numberField } from '../internal/fields.ts';
import { type HttpClient, requestJson } from '../internal/http-client.ts';
import { type OpenAiMessageOptions, openAiMessages } from '../internal/openai-messages.ts';
import { openAiTools } from '../internal/openai-request.ts';
import { responseBody } from '../internal/response-body.ts';
import { toldCount } from '../internal/told-count.ts';

/** How requests of one model are counted. */
export interface Counting {
  readonly client: HttpClient;
  readonly modelId: string;
  readonly provider: string;
  readonly where: string;
  /** llama.cpp counts a response's input, vLLM tokenizes a conversation. */
  readonly by: 'responses' | 'tokenize';
  /** How messages are sent, and so counted. */
  readonly form: OpenAiMessageOptions;
}

/** Counts a request's input tokens by its server's own tokenizer. Throws `ModelError`. */
export async function countByServer(
  { client, modelId, provider, where, by, form }: Counting,
  request: ModelRequest,
  ctx: CallContext,
): Promise<TokenCount> {
  const root = client.path.replace(/\/v1$/, '');
  const [path, body, name] =
    by === 'responses'
      ? [`${client.path}/responses/input_tokens`, countedResponse(), 'input_tokens']
      : [`${root}/tokenize`, countedChat(), 'count'];
  const answer = await requestJson(client, { method: 'POST', path, body, where }, ctx);
  return toldCount(numberField(answer, name), where);

  function countedResponse(): object {
    const options = { provider, store: undefined, reasons: false };
    const { body } = responseBody(modelId, request, options);
    const { input, tools } = body;
    return { model: modelId, input, ...(tools === undefined ? {} : { tools }) };
  }

  function countedChat(): object {
    const { tools = [] } = request;
    return {
      model: modelId,
      messages: openAiMessages(request.messages, [], form),
      ...(tools.length === 0 ? {} : { tools: openAiTools(tools) }),
    };
  }
}
