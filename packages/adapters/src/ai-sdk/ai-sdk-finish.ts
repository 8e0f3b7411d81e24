import type {
  LanguageModelV2Usage,
  LanguageModelV3Usage,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { defined, ModelError } from '@overseer/core/plugin';
import type { FinishReason, Json, ModelEvent, Usage } from '@overseer/core/spec';
import { type AiSdkPart, familyOf } from './ai-sdk-model.ts';

type Finish = Extract<AiSdkPart, { readonly type: 'finish' }>;

const REASONS: ReadonlyMap<string, FinishReason> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
  ['content-filter', 'content-filter'],
  ['tool-calls', 'tool-calls'],
  ['other', 'other'],
]);

/**
 * The end of an answer. Throws `ModelError`: `server` where the provider says that it failed, `interrupted` where it says so,
 * or never said why it stopped, which is how older providers show a stream that was cut.
 */
export function aiSdkFinish(
  finish: Finish,
  provider: string,
  where: string,
): Extract<ModelEvent, { readonly type: 'finish' }> {
  const { finishReason } = finish;
  const told =
    typeof finishReason === 'string'
      ? { unified: finishReason, raw: finishReason === 'unknown' ? undefined : finishReason }
      : finishReason;
  const { unified, raw } = told;
  if (unified === 'error') {
    throw new ModelError('server', `${where}: the provider broke its answer off; try again`);
  }
  const isSilent = (unified === 'other' && raw === undefined) || unified === 'unknown';
  if (isSilent || unified === 'interrupted') {
    const what = `${where}: the stream ended before the provider said that it was finished; try again`;
    throw new ModelError('interrupted', what);
  }
  const usd = finish.providerMetadata?.['overseer']?.['usd'];
  return {
    type: 'finish',
    reason: REASONS.get(unified) ?? 'other',
    ...(raw === undefined ? {} : { raw }),
    usage: {
      ...usageOf(finish, provider),
      ...(typeof usd === 'number' ? { usd } : {}),
    },
  };
}

function usageOf({ usage, providerMetadata }: Finish, provider: string): Usage {
  if (isTree(usage)) {
    const { inputTokens: input, outputTokens: output, raw } = usage;
    const { total, cacheRead, cacheWrite } = input;
    return {
      input: defined({ total, cacheRead, cacheWrite }),
      output: defined({ total: output.total, reasoning: output.reasoning }),
      ...(raw === undefined ? {} : { raw: raw as Json }),
    };
  }
  const { inputTokens, cachedInputTokens: cacheRead, outputTokens, reasoningTokens } = usage;
  const { cacheWrite, total } = wholeInput(inputTokens, cacheRead, provider, providerMetadata);
  return {
    input: defined({ total, cacheRead, cacheWrite }),
    output: defined({ total: outputTokens, reasoning: reasoningTokens }),
  };
}

/** In v2 Anthropic's count leaves out what was read from its cache and written to it. */
function wholeInput(
  input: number | undefined,
  cacheRead: number | undefined,
  provider: string,
  metadata: Finish['providerMetadata'],
): { readonly total: number | undefined; readonly cacheWrite: number | undefined } {
  const written = metadata?.['anthropic']?.['cacheCreationInputTokens'];
  const cacheWrite = typeof written === 'number' ? written : undefined;
  const leavesOut = familyOf(provider) === 'anthropic';
  if (input === undefined || !leavesOut) return { total: input, cacheWrite };
  return { total: input + (cacheRead ?? 0) + (cacheWrite ?? 0), cacheWrite };
}

function isTree(
  usage: LanguageModelV2Usage | LanguageModelV3Usage | LanguageModelV4Usage,
): usage is LanguageModelV3Usage | LanguageModelV4Usage {
  return typeof usage.inputTokens === 'object';
}
