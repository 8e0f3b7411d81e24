import type { Json, JsonObject, ModelRequest, ToolDescription } from '@overseer/core/spec';

/** The settings of a request in the form of chat completions, without messages and tools. `maxTokensField` differs between OpenAI and the others. */
export function openAiSettings(
  request: ModelRequest,
  maxTokensField: 'max_tokens' | 'max_completion_tokens',
): JsonObject {
  const settings: { [name: string]: Json } = {};
  if (request.maxTokens !== undefined) settings[maxTokensField] = request.maxTokens;
  if (request.temperature !== undefined) settings['temperature'] = request.temperature;
  if (request.topP !== undefined) settings['top_p'] = request.topP;
  if (request.stop !== undefined) settings['stop'] = request.stop;
  if (request.seed !== undefined) settings['seed'] = request.seed;
  if (request.effort !== undefined) settings['reasoning_effort'] = request.effort;
  if (request.output !== undefined) settings['response_format'] = responseFormat(request.output);
  if (request.toolChoice !== undefined && (request.tools?.length ?? 0) > 0) {
    settings['tool_choice'] = toolChoice(request.toolChoice);
  }
  return settings;
}

/** Tools in the form of chat completions. */
export function openAiTools(tools: readonly ToolDescription[]): readonly JsonObject[] {
  return tools.map(({ name, description, input, strict }) => ({
    type: 'function',
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      parameters: input,
      ...(strict === undefined ? {} : { strict }),
    },
  }));
}

function responseFormat(output: NonNullable<ModelRequest['output']>): JsonObject {
  if (output.schema === undefined) return { type: 'json_object' };
  const { schema, strict } = output;
  const name = output.name ?? 'output';
  const format = { name, schema, ...(strict === undefined ? {} : { strict }) };
  return { type: 'json_schema', json_schema: format };
}

function toolChoice(choice: NonNullable<ModelRequest['toolChoice']>): Json {
  return typeof choice === 'string'
    ? choice
    : { type: 'function', function: { name: choice.tool } };
}
