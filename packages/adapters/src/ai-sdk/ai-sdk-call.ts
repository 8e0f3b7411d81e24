import type { LanguageModelV4CallOptions, SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { CallContext, ModelRequest, ModelWarning } from '@overseer/core/spec';
import type { AiSdkModel } from './ai-sdk-model.ts';
import { aiSdkPrompt } from './ai-sdk-prompt.ts';
import { plainPrompt } from './plain-prompt.ts';

/** A request as the AI SDK takes it, and what of ours it leaves out. */
export interface AiSdkCall {
  readonly options: LanguageModelV4CallOptions;
  readonly warnings: readonly ModelWarning[];
}

/** Writes a request as a call of an AI SDK model. The specifications differ in little here: what an older one lacks is left out with a warning. `plain`: for a provider that refused the usual form. */
export function aiSdkCall(
  model: AiSdkModel,
  request: ModelRequest,
  { headers, signal }: CallContext,
  form: 'usual' | 'plain',
): AiSdkCall {
  const warnings: ModelWarning[] = [];
  const messages =
    form === 'usual' ? request.messages : plainPrompt(request.messages, model, warnings);
  const { maxTokens, temperature, topP, stop, seed, options } = request;
  const call = {
    prompt: aiSdkPrompt(messages, model, warnings),
    abortSignal: signal,
    ...(maxTokens !== undefined && { maxOutputTokens: maxTokens }),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { topP }),
    ...(stop !== undefined && { stopSequences: [...stop] }),
    ...(seed !== undefined && { seed }),
    ...(headers !== undefined && { headers: { ...headers } }),
    ...(options !== undefined && { providerOptions: options as SharedV4ProviderOptions }),
    ...effortOf(model, request, warnings),
    ...outputOf(request, warnings),
    ...toolsOf(request),
  };
  return { options: call, warnings };
}

function effortOf(
  { specificationVersion: version, provider }: AiSdkModel,
  { effort }: ModelRequest,
  warnings: ModelWarning[],
): Pick<LanguageModelV4CallOptions, 'reasoning'> {
  if (effort === undefined) return {};
  if (version === 'v4') return { reasoning: effort };
  const detail = `models of specification ${version} take it through request.options of ${provider} alone`;
  warnings.push({ kind: 'unsupported', what: 'effort', detail });
  return {};
}

function outputOf(
  { output }: ModelRequest,
  warnings: ModelWarning[],
): Pick<LanguageModelV4CallOptions, 'responseFormat'> {
  if (output === undefined) return {};
  if (output.strict !== undefined) {
    const detail = 'providers of the AI SDK decide by themselves, or by request.options';
    warnings.push({ kind: 'unsupported', what: 'output.strict', detail });
  }
  return {
    responseFormat: {
      type: 'json',
      ...(output.schema !== undefined && { schema: output.schema }),
      ...(output.name !== undefined && { name: output.name }),
    },
  };
}

function toolsOf(request: ModelRequest): Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice'> {
  const { tools = [], toolChoice } = request;
  if (tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, input, strict }) => ({
      type: 'function',
      name,
      inputSchema: input,
      ...(description !== undefined && { description }),
      ...(strict !== undefined && { strict }),
    })),
    ...(toolChoice !== undefined && {
      toolChoice:
        typeof toolChoice === 'string'
          ? { type: toolChoice }
          : { type: 'tool', toolName: toolChoice.tool },
    }),
  };
}
