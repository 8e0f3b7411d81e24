import type { Json, JsonObject, ModelRequest, ToolDescription } from '@overseer/core/spec';

/** The fields that differ between servers. */
export interface SettingFields {
  readonly maxTokensField: 'max_tokens' | 'max_completion_tokens';
  /** The default is `seed`. */
  readonly seedField?: 'seed' | 'random_seed';
  /** `object` leaves a schema out. */
  readonly json?: 'schema' | 'object';
}

/** The settings of a request in the form of chat completions, without messages and tools; `undefined` where there are none. */
export function openAiSettings(
  request: ModelRequest,
  { maxTokensField, seedField = 'seed', json }: SettingFields,
): JsonObject | undefined {
  const { maxTokens, temperature, topP, stop, seed, effort, output, toolChoice } = request;
  const choice = (request.tools?.length ?? 0) > 0 ? toolChoice : undefined;
  const settings: Record<string, Json> = {};
  if (maxTokens !== undefined) settings[maxTokensField] = maxTokens;
  if (temperature !== undefined) settings['temperature'] = temperature;
  if (topP !== undefined) settings['top_p'] = topP;
  if (stop !== undefined) settings['stop'] = stop;
  if (seed !== undefined) settings[seedField] = seed;
  if (effort !== undefined) settings['reasoning_effort'] = effort;
  if (output !== undefined) settings['response_format'] = responseFormat(output, json);
  if (choice !== undefined) settings['tool_choice'] = toolChoiceOf(choice);
  return Object.keys(settings).length === 0 ? undefined : settings;
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

function responseFormat(
  output: NonNullable<ModelRequest['output']>,
  json: SettingFields['json'],
): JsonObject {
  if (output.schema === undefined || json === 'object') return { type: 'json_object' };
  const { schema, strict } = output;
  const name = schemaName(output.name);
  const format = { name, schema, ...(strict === undefined ? {} : { strict }) };
  return { type: 'json_schema', json_schema: format };
}

/** A label of letters, digits, `_` and `-`: OpenAI refuses a request with any other. */
export function schemaName(name = ''): string {
  return name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, 64) || 'output';
}

function toolChoiceOf(choice: NonNullable<ModelRequest['toolChoice']>): Json {
  return typeof choice === 'string'
    ? choice
    : { type: 'function', function: { name: choice.tool } };
}
