import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { JsonObject, Meta, ModelRequest, ModelWarning } from '@overseer/core/spec';
import { promptMessages } from './prompt-messages.ts';

/** A call of the AI SDK as a request of ours, what of it ours has no word for, and its headers. */
export interface ReadCall {
  readonly request: ModelRequest;
  readonly warnings: readonly ModelWarning[];
  readonly headers: Readonly<Record<string, string>>;
}

/** Settings that a request of ours has no word for. */
const UNKNOWN = ['topK', 'presencePenalty', 'frequencyPenalty'] as const;

/** Reads a call of the AI SDK. */
export function modelRequest(call: LanguageModelV4CallOptions): ReadCall {
  const warnings: ModelWarning[] = UNKNOWN.filter((name) => call[name] !== undefined).map(
    (what) => ({ kind: 'unsupported', what }),
  );
  const { maxOutputTokens, temperature, topP, stopSequences, seed, reasoning } = call;
  const request = {
    messages: promptMessages(call.prompt, warnings),
    ...(maxOutputTokens !== undefined && { maxTokens: maxOutputTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stopSequences !== undefined && { stop: stopSequences }),
    ...(seed !== undefined && { seed }),
    ...(reasoning !== undefined && reasoning !== 'provider-default' && { effort: reasoning }),
    ...(call.providerOptions !== undefined && { options: call.providerOptions as Meta }),
    ...outputOf(call),
    ...toolsOf(call, warnings),
  };
  return { request, warnings, headers: headersOf(call) };
}

function outputOf({ responseFormat }: LanguageModelV4CallOptions): Pick<ModelRequest, 'output'> {
  if (responseFormat?.type !== 'json') return {};
  const { schema, name } = responseFormat;
  return {
    output: {
      type: 'json',
      ...(schema !== undefined && { schema: schema as JsonObject }),
      ...(name !== undefined && { name }),
    },
  };
}

function toolsOf(
  { tools = [], toolChoice }: LanguageModelV4CallOptions,
  warnings: ModelWarning[],
): Pick<ModelRequest, 'tools' | 'toolChoice'> {
  const listed = tools.flatMap((tool) => {
    if (tool.type === 'function') {
      const { name, description, inputSchema, strict } = tool;
      const more = {
        ...(description !== undefined && { description }),
        ...(strict !== undefined && { strict }),
      };
      return [{ name, input: inputSchema as JsonObject, ...more }];
    }
    const detail = `${tool.id} is a tool that one provider runs itself`;
    warnings.push({ kind: 'unsupported', what: `tool ${tool.name}`, detail });
    return [];
  });
  if (listed.length === 0) return {};
  if (toolChoice === undefined) return { tools: listed };
  const choice = toolChoice.type === 'tool' ? { tool: toolChoice.toolName } : toolChoice.type;
  return { tools: listed, toolChoice: choice };
}

function headersOf({ headers = {} }: LanguageModelV4CallOptions): Readonly<Record<string, string>> {
  const given = Object.entries(headers).filter(
    (entry): entry is [string, string] =>
      // The AI SDK names itself here; whoever sends the request does that by itself.
      entry[1] !== undefined && entry[0].toLowerCase() !== 'user-agent',
  );
  return Object.fromEntries(given);
}
