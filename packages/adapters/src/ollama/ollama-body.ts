import type { Effort, Json, JsonObject, ModelRequest, ModelWarning } from '@overseer/core/spec';
import type { FitSchemas } from '../internal/fit-schemas.ts';
import { openAiTools } from '../internal/openai-request.ts';
import { secondsOf } from '../internal/seconds-of.ts';
import { ollamaMessages, PROVIDER } from './ollama-messages.ts';

/** What of a call is not in its request. */
export interface BodyTerms {
  readonly model: string;
  /** `num_ctx`. */
  readonly window: number;
  readonly ttlMs: number | undefined;
  /** `undefined` where the server does not say. */
  readonly capabilities: ReadonlySet<string> | undefined;
}

/** What is sent, and what of the request it leaves out. */
export interface OllamaBody {
  readonly body: JsonObject;
  readonly warnings: readonly ModelWarning[];
}

/** Writes the body of a chat. A prompt that does not fit is to be refused, and not cut, by servers that know `truncate` and `shift`. */
export function ollamaBody(given: ModelRequest, terms: BodyTerms, fit: FitSchemas): OllamaBody {
  const warnings: ModelWarning[] = [];
  const request = fit(given, warnings);
  const own = request.options?.[PROVIDER] ?? {};
  const tools = toolsOf(request, warnings);
  const think = thinkOf(request.effort, terms, warnings);
  const { ttlMs } = terms;
  const body = {
    model: terms.model,
    messages: ollamaMessages(request.messages, warnings),
    stream: true,
    truncate: false,
    shift: false,
    ...(tools.length === 0 ? {} : { tools: openAiTools(tools) }),
    ...(request.output === undefined ? {} : { format: request.output.schema ?? 'json' }),
    ...(think === undefined ? {} : { think }),
    ...(ttlMs === undefined ? {} : { keep_alive: secondsOf(ttlMs) }),
    ...own,
    options: { ...settings(request, terms), ...(own['options'] as JsonObject | undefined) },
  };
  return { body, warnings };
}

function settings(request: ModelRequest, { window }: BodyTerms): JsonObject {
  const { maxTokens, temperature, topP, stop, seed } = request;
  return {
    num_ctx: window,
    ...(maxTokens !== undefined && { num_predict: maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(stop !== undefined && { stop }),
    ...(seed !== undefined && { seed }),
  };
}

/** Ollama has no choice of tools: one alone is offered alone, and none where none is to be called. */
function toolsOf(
  { tools = [], toolChoice }: ModelRequest,
  warnings: ModelWarning[],
): NonNullable<ModelRequest['tools']> {
  if (toolChoice === undefined || toolChoice === 'auto' || tools.length === 0) return tools;
  if (toolChoice === 'none') return [];
  if (toolChoice === 'required') {
    const detail = 'Ollama cannot make a model call a tool; it is only offered';
    warnings.push({ kind: 'unsupported', what: 'toolChoice', detail });
    return tools;
  }
  const detail = `Ollama cannot make a model call ${toolChoice.tool}; it is the only one offered`;
  warnings.push({ kind: 'adjusted', what: 'toolChoice', detail });
  return tools.filter(({ name }) => name === toolChoice.tool);
}

/** The levels that Ollama knows. */
const LEVELS: Readonly<Record<Effort, Json>> = {
  none: false,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
};

function thinkOf(
  effort: Effort | undefined,
  { model, capabilities }: BodyTerms,
  warnings: ModelWarning[],
): Json | undefined {
  if (effort === undefined) return undefined;
  if (capabilities?.has('thinking') === false) {
    const detail = `${model} does not think, or Ollama does not know that it does`;
    if (effort !== 'none') warnings.push({ kind: 'unsupported', what: 'effort', detail });
    return undefined;
  }
  const level = LEVELS[effort];
  if (level !== false && level !== effort) {
    const detail = `${effort} is sent as ${String(level)}`;
    warnings.push({ kind: 'adjusted', what: 'effort', detail });
  }
  return level;
}
