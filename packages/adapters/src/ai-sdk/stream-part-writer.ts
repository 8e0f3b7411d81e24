import type {
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
  SharedV4Warning,
} from '@ai-sdk/provider';
import type { JsonObject, Meta, ModelEvent, ModelWarning, Part, Usage } from '@overseer/core/spec';
import { isUrl } from '../internal/file-text.ts';
import { theirWarning } from './ai-sdk-warning.ts';
import { OWN, type ProviderData } from './own-meta.ts';
import type { AnswerHead } from './read-head.ts';

type Delta = Extract<ModelEvent, { readonly type: 'delta' }>;
type Finish = Extract<ModelEvent, { readonly type: 'finish' }>;

/** Writes events as the parts of an AI SDK stream. */
export class StreamPartWriter {
  readonly #warnings: SharedV4Warning[];
  readonly #open: Map<number, 'text' | 'reasoning'> = new Map();

  constructor(warnings: readonly ModelWarning[]) {
    this.#warnings = warnings.map(theirWarning);
  }

  /** All of them, those that came in the middle of the answer included. */
  get warnings(): readonly SharedV4Warning[] {
    return this.#warnings;
  }

  /** What stands before the answer. */
  begin({ identity: { id, modelId } }: AnswerHead): LanguageModelV4StreamPart[] {
    return [{ type: 'stream-start', warnings: [...this.#warnings] }, ...identity(id, modelId)];
  }

  write(event: ModelEvent): LanguageModelV4StreamPart[] {
    switch (event.type) {
      case 'delta':
        return this.#delta(event);
      case 'part':
        return this.#part(event.part, event.index);
      case 'finish':
        return [...this.#closeAll(), finishPart(event)];
      case 'meta':
        this.#warnings.push(...(event.warnings ?? []).map(theirWarning));
        return identity(event.responseId, event.model);
      case 'progress':
        return [{ type: 'ping' }];
    }
  }

  /** The end of an answer that failed: what was shown of it stays. */
  fail(error: unknown): LanguageModelV4StreamPart[] {
    const finishReason = { unified: 'error' as const, raw: undefined };
    const usage = usageOf({ input: {}, output: {} });
    return [...this.#closeAll(), { type: 'error', error }, { type: 'finish', finishReason, usage }];
  }

  /** Of a tool call, the AI SDK wants id and name before its input; ours come with the whole. */
  #delta({ index, kind, text }: Delta): LanguageModelV4StreamPart[] {
    if (kind === 'tool-input') return [];
    return [
      ...this.#openAt(index, kind),
      { type: `${kind}-delta` as const, id: idOf(kind, index), delta: text },
    ];
  }

  #part(part: Part, index: number): LanguageModelV4StreamPart[] {
    const own = dataOf(part.meta);
    switch (part.type) {
      case 'text':
      case 'reasoning': {
        const id = idOf(part.type, index);
        const shown = this.#open.has(index);
        const opened = this.#openAt(index, part.type);
        this.#open.delete(index);
        const whole =
          shown || part.text === ''
            ? []
            : [{ type: `${part.type}-delta` as const, id, delta: part.text }];
        return [...opened, ...whole, { type: `${part.type}-end` as const, id, ...own }];
      }
      case 'tool-call': {
        const { id, name: toolName } = part;
        const input = part.raw || JSON.stringify(part.input);
        return [
          { type: 'tool-input-start', id, toolName },
          { type: 'tool-input-delta', id, delta: input },
          { type: 'tool-input-end', id },
          { type: 'tool-call', toolCallId: id, toolName, input, ...own },
        ];
      }
      case 'file': {
        const data = isUrl(part.data)
          ? { type: 'url' as const, url: new URL(part.data) }
          : { type: 'data' as const, data: part.data };
        return [{ type: 'file', mediaType: part.mediaType, data, ...own }];
      }
      case 'custom':
        return [customPart(part)];
      case 'tool-result':
        // A model gives none: tools run outside of it.
        return [];
    }
  }

  #openAt(index: number, kind: 'text' | 'reasoning'): LanguageModelV4StreamPart[] {
    if (this.#open.has(index)) return [];
    this.#open.set(index, kind);
    return [{ type: `${kind}-start` as const, id: idOf(kind, index) }];
  }

  #closeAll(): LanguageModelV4StreamPart[] {
    const ends = [...this.#open].map(([index, kind]) => ({
      type: `${kind}-end` as const,
      id: idOf(kind, index),
    }));
    this.#open.clear();
    return ends;
  }
}

function idOf(kind: 'text' | 'reasoning', index: number): string {
  return `${kind}-${index}`;
}

function identity(
  id: string | undefined,
  modelId: string | undefined,
): LanguageModelV4StreamPart[] {
  if (id === undefined && modelId === undefined) return [];
  return [
    {
      type: 'response-metadata',
      ...(id === undefined ? {} : { id }),
      ...(modelId === undefined ? {} : { modelId }),
    },
  ];
}

/** The AI SDK's own have no content beside a provider's data, so that ours travels under a name of ours. */
function customPart(part: Extract<Part, { readonly type: 'custom' }>): LanguageModelV4StreamPart {
  const kept: JsonObject = part.data === undefined ? {} : { data: part.data };
  const providerMetadata = { ...part.meta, overseer: kept } as ProviderData;
  return { type: 'custom', kind: part.kind, providerMetadata };
}

function finishPart({ reason, raw, usage }: Finish): LanguageModelV4StreamPart {
  return {
    type: 'finish',
    // Where it was not told in the model's own words, a reader must not take it for a stream that was cut.
    finishReason: { unified: reason, raw: raw ?? reason },
    usage: usageOf(usage),
    ...(usage.usd === undefined ? {} : { providerMetadata: { overseer: { usd: usage.usd } } }),
  };
}

function usageOf({ input, output, raw }: Usage): LanguageModelV4Usage {
  const { total, cacheRead, cacheWrite } = input;
  const { reasoning } = output;
  return {
    inputTokens: {
      total,
      cacheRead,
      cacheWrite,
      noCache: total === undefined ? undefined : total - (cacheRead ?? 0) - (cacheWrite ?? 0),
    },
    outputTokens: {
      total: output.total,
      reasoning,
      text: output.total === undefined ? undefined : output.total - (reasoning ?? 0),
    },
    ...(typeof raw === 'object' && raw !== null && !Array.isArray(raw)
      ? { raw: raw as ProviderData[string] }
      : {}),
  };
}

function dataOf(meta: Meta | undefined): { readonly providerMetadata?: ProviderData } {
  if (meta === undefined) return {};
  const { [OWN]: _, ...theirs } = meta;
  if (Object.keys(theirs).length === 0) return {};
  return { providerMetadata: theirs as unknown as ProviderData };
}
