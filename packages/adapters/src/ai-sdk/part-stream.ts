import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { ModelEvent } from '@overseer/core/spec';
import { callError } from './call-error.ts';
import type { AnswerHead } from './read-head.ts';
import type { StreamPartWriter } from './stream-part-writer.ts';

/** A call whose answer has begun. */
export interface OpenedCall {
  readonly events: AsyncIterator<ModelEvent, undefined>;
  readonly head: AnswerHead;
  readonly writer: StreamPartWriter;
  readonly signal: AbortSignal;
}

/** The answer as a stream of the AI SDK. It asks for an event when its reader asks for a part, so that a slow reader slows the model down. */
export function partStream(
  opened: OpenedCall,
  where: string,
): ReadableStream<LanguageModelV4StreamPart> {
  const { head, writer, events } = opened;
  const waiting = [...writer.begin(head), ...head.first.flatMap((event) => writer.write(event))];
  let isOver = waiting.at(-1)?.type === 'finish';
  return new ReadableStream({
    pull: async (controller) => {
      while (waiting.length === 0 && !isOver) {
        const step = await next(opened, where);
        waiting.push(...step.parts);
        isOver = step.isOver;
        if (step.aborted !== undefined) return controller.error(step.aborted);
      }
      for (const part of waiting.splice(0)) controller.enqueue(part);
      if (isOver) controller.close();
    },
    cancel: async () => {
      await events.return?.();
    },
  });
}

interface Step {
  readonly parts: readonly LanguageModelV4StreamPart[];
  readonly isOver: boolean;
  /** Why the whole stream fails. */
  readonly aborted?: unknown;
}

async function next({ events, writer, signal }: OpenedCall, where: string): Promise<Step> {
  try {
    const step = await events.next();
    if (step.done === true) return { parts: [], isOver: true };
    return { parts: writer.write(step.value), isOver: step.value.type === 'finish' };
  } catch (error) {
    const failure = callError(error, where, signal);
    if (signal.aborted) return { parts: [], isOver: true, aborted: failure };
    return { parts: writer.fail(failure), isOver: true };
  }
}
