import type { Json, JsonObject, ModelRequest, ModelWarning } from '@overseer/core/spec';
import { schemaName } from './openai-request.ts';
import { responseItems } from './response-items.ts';
import { type KnownState, knownState } from './response-state.ts';

/** What does not change from call to call. */
export interface ResponseBodyOptions {
  /** Whose `request.options` are passed on as they are, and under whose name parts carry what is its own. */
  readonly provider: string;
  /** Whether the server may keep responses; `undefined` leaves it to the server. */
  readonly store: boolean | undefined;
  /** Asks for reasoning in a form that can be sent back; models that do not reason refuse that. */
  readonly reasons: boolean;
}

/** A request as responses take it. */
export interface ResponseBody {
  readonly body: JsonObject;
  /** The conversation, whole. */
  readonly items: readonly JsonObject[];
  /** What of it the server has kept. */
  readonly known: KnownState | undefined;
  readonly warnings: readonly ModelWarning[];
}

/** Writes the body of a response with all of the conversation in it, and says what of that the server has kept. */
export function responseBody(
  model: string,
  request: ModelRequest,
  { provider, store, reasons }: ResponseBodyOptions,
): ResponseBody {
  const warnings: ModelWarning[] = [];
  const items = responseItems(request.messages, provider, warnings);
  const reads = reasons || (request.effort !== undefined && request.effort !== 'none');
  const body = {
    model,
    input: items,
    stream: true,
    ...(store === undefined ? {} : { store }),
    ...(reads ? { include: ['reasoning.encrypted_content'] } : {}),
    ...settings(request, warnings),
    ...request.options?.[provider],
  };
  const known = store === false ? undefined : knownState(request.messages, provider);
  return { body, items, known, warnings };
}

function settings(request: ModelRequest, warnings: ModelWarning[]): JsonObject {
  const { maxTokens, temperature, topP, effort, output, toolChoice, tools = [] } = request;
  for (const what of ['stop', 'seed'] as const) {
    const detail = `responses have no ${what}; use chat completions for it`;
    if (request[what] !== undefined) warnings.push({ kind: 'unsupported', what, detail });
  }
  return {
    ...(maxTokens !== undefined && { max_output_tokens: maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(effort !== undefined && { reasoning: { effort } }),
    ...(output !== undefined && { text: { format: formatOf(output) } }),
    ...(tools.length > 0 && { tools: tools.map(toolOf) }),
    ...(tools.length > 0 && toolChoice !== undefined && { tool_choice: choiceOf(toolChoice) }),
  };
}

/** Unlike chat completions, responses take a tool for strict where nothing is said. */
function toolOf({
  name,
  description,
  input,
  strict = false,
}: NonNullable<ModelRequest['tools']>[number]): JsonObject {
  return {
    type: 'function',
    name,
    ...(description === undefined ? {} : { description }),
    parameters: input,
    strict,
  };
}

function choiceOf(choice: NonNullable<ModelRequest['toolChoice']>): Json {
  return typeof choice === 'string' ? choice : { type: 'function', name: choice.tool };
}

function formatOf({ schema, name, strict }: NonNullable<ModelRequest['output']>): Json {
  if (schema === undefined) return { type: 'json_object' };
  return {
    type: 'json_schema',
    name: schemaName(name),
    schema,
    ...(strict === undefined ? {} : { strict }),
  };
}
