import { defined, type EventSink } from '@overseer/core/plugin';
import type { JsonObject, Meta, Part } from '@overseer/core/spec';
import { type AnswerSize, answerSize } from '../internal/answer-size.ts';
import { readArguments } from '../internal/tool-call-merge.ts';
import { AiSdkBlocks } from './ai-sdk-blocks.ts';
import { streamError } from './ai-sdk-error.ts';
import { aiSdkFinish } from './ai-sdk-finish.ts';
import type { AiSdkPart } from './ai-sdk-model.ts';
import { ourWarning } from './ai-sdk-warning.ts';
import { fileData } from './file-data.ts';
import { markedMeta, OWN, type ProviderData } from './own-meta.ts';

/** What tells of the stream itself, such as `anthropic.message_start`. */
const NO_CONTENT = /\.message_(start|delta|stop)$/;

/** Turns the parts of an AI SDK stream into events. */
export class AiSdkPartReader {
  readonly #provider: string;
  readonly #where: string;
  readonly #sink: Pick<EventSink, 'event'>;
  readonly #blocks: AiSdkBlocks;
  readonly #size: AnswerSize;

  /** `provider` is the model's own name for whoever serves it. */
  constructor(provider: string, where: string, sink: Pick<EventSink, 'event'>) {
    this.#provider = provider;
    this.#where = where;
    this.#sink = sink;
    this.#blocks = new AiSdkBlocks(provider, sink);
    this.#size = answerSize(where);
  }

  /** Takes the next part, and says whether the answer is whole; its finish is kept for `end()`. Throws `ModelError` for an error in the stream. */
  part(part: AiSdkPart): boolean {
    this.#size.event(0);
    switch (part.type) {
      case 'stream-start':
        if (part.warnings.length === 0) return false;
        this.#sink.event({ type: 'meta', warnings: part.warnings.map(ourWarning) });
        return false;
      case 'response-metadata':
        this.#sink.event({
          type: 'meta',
          ...defined({ responseId: part.id, model: part.modelId }),
        });
        return false;
      case 'text-start':
      case 'text-delta':
      case 'text-end':
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
      case 'tool-input-start':
      case 'tool-input-delta':
        this.#blocks.take(part);
        return false;
      case 'tool-call':
      case 'tool-result':
      case 'file':
      case 'reasoning-file':
      case 'custom':
      case 'source':
      case 'tool-approval-request':
        this.#whole(part);
        return false;
      case 'error':
        throw streamError(part.error, this.#where);
      case 'finish':
        this.#blocks.closeAll();
        this.#sink.event(aiSdkFinish(part, this.#provider, this.#where));
        return true;
      default:
        // Raw chunks, pings, ends of tool input, and what nobody knew when this was written.
        return false;
    }
  }

  #whole(
    part: Extract<
      AiSdkPart,
      {
        readonly type:
          | 'tool-call'
          | 'tool-result'
          | 'file'
          | 'reasoning-file'
          | 'custom'
          | 'source'
          | 'tool-approval-request';
      }
    >,
  ): void {
    const meta = 'providerMetadata' in part ? part.providerMetadata : undefined;
    const own = { meta: markedMeta(this.#provider, meta as ProviderData | undefined) };
    switch (part.type) {
      case 'tool-call': {
        const { toolCallId: id, toolName: name, input: raw } = part;
        const call = { id, name, raw, ...readArguments(raw) };
        // What the provider does by itself is nobody else's to do.
        if (part.providerExecuted === true) this.#add(executedCall(call, own), `call:${id}`);
        else this.#add({ type: 'tool-call', ...call, ...theirMeta(meta) }, `call:${id}`);
        return;
      }
      case 'tool-result':
        // Only the last word on it is kept.
        if ('preliminary' in part && part.preliminary === true) return;
        this.#add(executedResult(part, own));
        return;
      case 'file':
        this.#add({ type: 'file', mediaType: part.mediaType, data: fileData(part.data), ...own });
        return;
      case 'custom': {
        if (NO_CONTENT.test(part.kind)) return;
        const data = meta?.['overseer']?.['data'];
        this.#add({
          type: 'custom',
          kind: part.kind,
          ...own,
          ...(data === undefined ? {} : { data: data as JsonObject }),
        });
        return;
      }
      case 'reasoning-file':
      case 'source':
      case 'tool-approval-request': {
        const { providerMetadata: _, ...data } = part;
        const kept = 'data' in data ? { ...data, data: fileData(data.data) } : data;
        this.#add({
          type: 'custom',
          kind: `${OWN}.${part.type}`,
          data: kept as JsonObject,
          ...own,
        });
        return;
      }
    }
  }

  #add(part: Part, key = ''): void {
    this.#sink.event({ type: 'part', index: this.#blocks.indexOf(key), part });
  }
}

interface Call {
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
}

function executedCall({ id, name, input }: Call, own: { readonly meta: Meta }): Part {
  const data = { type: 'tool-call', toolCallId: id, toolName: name, input, providerExecuted: true };
  return { type: 'custom', kind: `${OWN}.tool-call`, data: data as JsonObject, ...own };
}

function executedResult(
  part: Extract<AiSdkPart, { readonly type: 'tool-result' }>,
  own: { readonly meta: Meta },
): Part {
  const { toolCallId, toolName, result, isError = false } = part;
  const output = { type: isError ? 'error-json' : 'json', value: result };
  const data = { type: 'tool-result', toolCallId, toolName, output };
  return { type: 'custom', kind: `${OWN}.tool-result`, data: data as JsonObject, ...own };
}

function theirMeta(meta: object | undefined): { readonly meta?: Meta } {
  return meta === undefined ? {} : { meta: meta as Meta };
}
