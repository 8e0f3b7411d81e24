import type {
  Effort,
  JsonObject,
  ModelRequest,
  ModelWarning,
  Support,
  ToolDescription,
} from '@overseer/core/spec';
import { takenSchema } from '../internal/normalise-schema.ts';
import { takenStops } from '../internal/taken-stops.ts';
import { cohereMessages, PROVIDER } from './cohere-messages.ts';
import { COHERE_SCHEMA } from './cohere-schema.ts';

/** A request as Cohere's chat, and what of ours it cannot carry. */
export interface CohereRequest {
  readonly body: JsonObject;
  readonly warnings: readonly ModelWarning[];
}

const STOPS = { who: "Cohere's models", most: 5 };

/** Between which the share of likely tokens may lie. */
const P = { least: 0.01, most: 0.99 };

/** Writes a request for a chat; `thinks` is whether the model is known to think. */
export function cohereRequest(
  model: string,
  request: ModelRequest,
  thinks: Support,
): CohereRequest {
  const warnings: ModelWarning[] = [];
  const body = {
    model,
    stream: true,
    messages: cohereMessages(request.messages, warnings),
    ...settings(request, warnings),
    ...toolFields(request, warnings),
    ...outputFields(request, warnings),
    ...thinkingField(request.effort, thinks, warnings),
    ...request.options?.[PROVIDER],
  };
  return { body, warnings };
}

function settings(request: ModelRequest, warnings: ModelWarning[]): JsonObject {
  const { maxTokens, temperature, topP, seed } = request;
  const p = topP === undefined ? undefined : Math.min(P.most, Math.max(P.least, topP));
  if (p !== topP) {
    const detail = `Cohere takes from ${P.least} to ${P.most}; ${topP} is sent as ${p}`;
    warnings.push({ kind: 'adjusted', what: 'topP', detail });
  }
  const stop = takenStops(request, STOPS, warnings);
  return {
    ...(maxTokens === undefined ? {} : { max_tokens: maxTokens }),
    ...(temperature === undefined ? {} : { temperature }),
    ...(p === undefined ? {} : { p }),
    ...(stop === undefined ? {} : { stop_sequences: stop }),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** A tool cannot be chosen by name: only that one is offered then, and one must be used. */
function toolFields(request: ModelRequest, warnings: ModelWarning[]): JsonObject {
  const { tools = [], toolChoice = 'auto' } = request;
  if (tools.length === 0) return {};
  const chosen = typeof toolChoice === 'string' ? undefined : toolChoice.tool;
  const offered = chosen === undefined ? tools : tools.filter(({ name }) => name === chosen);
  if (chosen !== undefined) {
    const detail = `Cohere takes no tool by name; only ${chosen} is offered, and one must be used`;
    warnings.push({ kind: 'adjusted', what: 'toolChoice', detail });
  }
  const isStrict = offered.some(({ strict }) => strict === true);
  const choice = chosen === undefined ? CHOICES[toolChoice as keyof typeof CHOICES] : 'REQUIRED';
  return {
    tools: offered.map((tool) => toolField(tool, isStrict, warnings)),
    ...(isStrict ? { strict_tools: true } : {}),
    ...(choice === undefined ? {} : { tool_choice: choice }),
  };
}

const CHOICES = { auto: undefined, none: 'NONE', required: 'REQUIRED' } as const;

/** Only what calls are held to has to be in the part of JSON Schema that can be held to. */
function toolField(
  { name, description, input }: ToolDescription,
  isStrict: boolean,
  warnings: ModelWarning[],
): JsonObject {
  return {
    type: 'function',
    function: {
      name,
      ...(description === undefined ? {} : { description }),
      parameters: isStrict
        ? takenSchema(input, COHERE_SCHEMA, `input of ${name}`, warnings)
        : input,
    },
  };
}

function outputFields({ output, tools = [] }: ModelRequest, warnings: ModelWarning[]): JsonObject {
  if (output === undefined) return {};
  if (tools.length > 0) {
    const detail = "Cohere's models give no JSON beside tools; it is asked for in words alone";
    warnings.push({ kind: 'unsupported', what: 'output', detail });
    return {};
  }
  const { schema } = output;
  if (schema === undefined) return { response_format: { type: 'json_object' } };
  if (schema['type'] !== 'object') {
    const detail = "Cohere's schemas are of objects; any JSON is asked for, without the schema";
    warnings.push({ kind: 'unsupported', what: 'output schema', detail });
    return { response_format: { type: 'json_object' } };
  }
  const json_schema = takenSchema(schema, COHERE_SCHEMA, 'output schema', warnings);
  return { response_format: { type: 'json_object', json_schema } };
}

/** Of a model that does not think, nothing is asked but a warning given. */
function thinkingField(
  effort: Effort | undefined,
  thinks: Support,
  warnings: ModelWarning[],
): JsonObject {
  if (effort === undefined) return {};
  if (thinks === false) {
    if (effort === 'none') return {};
    const detail = 'this model does not think before it answers';
    warnings.push({ kind: 'unsupported', what: 'effort', detail });
    return {};
  }
  if (effort === 'none') return { thinking: { type: 'disabled' } };
  const budget = BUDGETS[effort];
  const sent = budget === undefined ? 'thinking without a bound' : `a budget of ${budget} tokens`;
  warnings.push({ kind: 'adjusted', what: 'effort', detail: `${effort} is sent as ${sent}` });
  return {
    thinking: { type: 'enabled', ...(budget === undefined ? {} : { token_budget: budget }) },
  };
}

/** Tokens; `undefined` is as many as the model likes. */
const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number | undefined>> = {
  minimal: 512,
  low: 2048,
  medium: 8192,
  high: undefined,
  xhigh: undefined,
  max: undefined,
};
