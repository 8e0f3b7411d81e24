import type { LanguageModelV4 } from '@ai-sdk/provider';
import { guard } from '@overseer/core/plugin';
import type { Model } from '@overseer/core/spec';
import { callError } from './call-error.ts';
import { modelRequest } from './model-request.ts';
import { type OpenedCall, partStream } from './part-stream.ts';
import { readHead } from './read-head.ts';
import { StreamPartWriter } from './stream-part-writer.ts';
import { wholeAnswer } from './whole-answer.ts';

type CallOptions = Parameters<LanguageModelV4['doStream']>[0];

/**
 * A model of Overseer as a language model of the AI SDK (specification v4): an adapter, or a whole overseer made a model by
 * `overseerAsModel`. It runs under `guard()`. A call that is refused fails as the AI SDK's own calls do, with its status and
 * whether another try may help, so that the AI SDK tries again by its rules.
 */
export function toAiSdk(model: Model): LanguageModelV4 {
  const { provider, id: modelId } = model.info;
  const where = `${provider}/${modelId}`;
  const open = async (options: CallOptions): Promise<OpenedCall> => {
    const { request, warnings, headers } = modelRequest(options);
    const signal = options.abortSignal ?? new AbortController().signal;
    const events = guard(model, request, { signal, headers })[Symbol.asyncIterator]();
    try {
      const head = await readHead(events);
      return {
        events,
        head,
        writer: new StreamPartWriter([...warnings, ...head.warnings]),
        signal,
      };
    } catch (error) {
      throw callError(error, where, signal);
    }
  };
  return {
    specificationVersion: 'v4',
    provider,
    modelId,
    // None: the AI SDK then fetches what is given as a URL, and sends its bytes.
    supportedUrls: {},
    doStream: async (options) => {
      const opened = await open(options);
      return { stream: partStream(opened, where), response: { headers: opened.head.headers } };
    },
    doGenerate: async (options) => {
      const { events, head, writer, signal } = await open(options);
      const parts = writer.begin(head);
      try {
        for (const event of head.first) parts.push(...writer.write(event));
        for (let step = await events.next(); step.done !== true; step = await events.next()) {
          parts.push(...writer.write(step.value));
        }
      } catch (error) {
        throw callError(error, where, signal);
      }
      return {
        ...wholeAnswer(parts, where),
        warnings: [...writer.warnings],
        response: { headers: head.headers, ...head.identity },
      };
    },
  };
}
