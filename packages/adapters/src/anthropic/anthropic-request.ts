import type { Anthropic } from '@anthropic-ai/sdk';
import type { Effort, JsonObject, Message, ModelRequest, ModelWarning } from '@overseer/core/spec';
import type { FitSchemas } from '../internal/fit-schemas.ts';
import { type FilePlaces, placeFiles } from '../internal/place-files.ts';
import { claudeTakesLateSystem, placeSystem } from '../internal/place-system.ts';
import { anthropicBlocks } from './anthropic-blocks.ts';

/** The name under which parts carry Anthropic's own data. */
export const PROVIDER = 'anthropic';

/** A request as Anthropic's messages, and what of ours they cannot carry. */
export interface AnthropicRequest {
  readonly params: Anthropic.MessageCreateParamsStreaming;
  readonly warnings: readonly ModelWarning[];
}

/** What does not change from request to request. */
export interface AnthropicTerms {
  /** The most tokens of an answer where a request does not say. */
  readonly maxTokens: number;
  readonly fit: FitSchemas;
}

/** Settings of ours that current Anthropic models do not take. */
const UNKNOWN = ['temperature', 'topP', 'seed'] as const;

/** Writes a request as Anthropic's messages. */
export function anthropicRequest(
  model: string,
  given: ModelRequest,
  { maxTokens, fit }: AnthropicTerms,
): AnthropicRequest {
  const warnings: ModelWarning[] = UNKNOWN.filter((name) => given[name] !== undefined).map(
    (what) => ({
      kind: 'unsupported',
      what,
      detail: `Anthropic's models take no ${what}; older ones take it through request.options.anthropic`,
    }),
  );
  const request = fit(given, warnings);
  const late = claudeTakesLateSystem(model) ? 'before-answers' : 'front';
  const inPlaces = placeSystem(request.messages, { who: `${model} takes`, late }, warnings);
  const placed = placeFiles(inPlaces, PLACES, warnings);
  const begins = placed.findIndex(({ role }) => role !== 'system');
  const system = placed.slice(0, begins < 0 ? placed.length : begins).flatMap(systemBlocks);
  const config = outputConfig(request, warnings);
  const params = {
    model,
    stream: true,
    max_tokens: request.maxTokens ?? maxTokens,
    messages: begins < 0 ? [] : turns(placed.slice(begins), warnings),
    ...(system.length === 0 ? {} : { system }),
    ...(request.stop === undefined ? {} : { stop_sequences: request.stop }),
    ...toolParams(request),
    ...(request.effort === 'none' ? { thinking: { type: 'disabled' } } : {}),
    ...(Object.keys(config).length === 0 ? {} : { output_config: config }),
    ...request.options?.[PROVIDER],
  };
  // The host may pass fields that this version of the SDK does not know, so that no type can tell.
  return { params: params as unknown as AnthropicRequest['params'], warnings };
}

const PLACES: FilePlaces = {
  who: "Anthropic's models take",
  notIn: new Set(['system', 'assistant']),
};

function systemBlocks(message: Message): readonly JsonObject[] {
  return message.parts.flatMap((part) =>
    part.type === 'text' && part.text !== ''
      ? [{ type: 'text', text: part.text, ...message.meta?.[PROVIDER], ...part.meta?.[PROVIDER] }]
      : [],
  );
}

function turns(messages: readonly Message[], warnings: ModelWarning[]): readonly JsonObject[] {
  const made: { readonly role: string; content: readonly JsonObject[] }[] = [];
  for (const [at, message] of messages.entries()) {
    const isSystem = message.role === 'system';
    const isMore = message.role === 'tool' && messages[at - 1]?.role === 'tool';
    const content = isSystem ? systemBlocks(message) : anthropicBlocks(message.parts, warnings);
    const role = message.role === 'tool' ? 'user' : message.role;
    const last = made.at(-1);
    if (content.length === 0) continue;
    // Between what a user or a tool said and the answer there is place for one system message; and a model that is shown the
    // results of one answer apart calls one tool at a time from then on.
    if ((isSystem || isMore) && last?.role === role) last.content = [...last.content, ...content];
    else if (role === 'user' && last?.role === 'system') made.splice(-1, 0, { role, content });
    else made.push({ role, content });
  }
  return made;
}

function toolParams(request: ModelRequest): JsonObject {
  const tools = request.tools ?? [];
  if (tools.length === 0) return {};
  const listed = tools.map(({ name, description, input, strict }) => ({
    name,
    input_schema: input,
    ...(description === undefined ? {} : { description }),
    ...(strict === undefined ? {} : { strict }),
  }));
  const choice = request.toolChoice;
  if (choice === undefined) return { tools: listed };
  const named = typeof choice === 'string' ? { type: CHOICES[choice] } : undefined;
  return {
    tools: listed,
    tool_choice: named ?? { type: 'tool', name: typeof choice === 'string' ? '' : choice.tool },
  };
}

const CHOICES = { auto: 'auto', none: 'none', required: 'any' } as const;

const EFFORTS: Readonly<Record<Effort, string | undefined>> = {
  none: undefined,
  minimal: 'low',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'xhigh',
  max: 'max',
};

function outputConfig(request: ModelRequest, warnings: ModelWarning[]): JsonObject {
  const { effort, output } = request;
  if (effort === 'minimal') {
    warnings.push({ kind: 'adjusted', what: 'effort', detail: 'minimal is sent as low' });
  }
  if (output !== undefined && output.schema === undefined) {
    const detail = "Anthropic's models give JSON after a schema only; none was given";
    warnings.push({ kind: 'unsupported', what: 'output', detail });
  }
  const level = effort === undefined ? undefined : EFFORTS[effort];
  return {
    ...(output?.schema === undefined
      ? {}
      : { format: { type: 'json_schema', schema: output.schema } }),
    ...(level === undefined ? {} : { effort: level }),
  };
}
