import type { FinishReason, Model, ModelEvent, ModelInfo, ModelRequest } from './spec/model.ts';

/** One call of a held model. */
export interface HeldCall {
  readonly request: ModelRequest;
  readonly signal: AbortSignal;
  /** Says a first word, and then nothing more. */
  speak(text?: string): void;
  /** Gives an answer of these output tokens, 10 where nothing is said, for this reason. */
  answer(text: string, outputTokens?: number, reason?: FinishReason): void;
  fail(error: Error): void;
}

/** A model whose calls say and do what a test has them do, and nothing before. */
export interface HeldModel extends Model {
  readonly calls: readonly HeldCall[];
}

/** Makes a model that is silent until a test lets it speak; what it costs is 100 US dollars a million output tokens. */
export function heldModel(id: string, info: Partial<ModelInfo> = {}): HeldModel {
  const calls: HeldCall[] = [];
  return {
    spec: 'model/1',
    info: {
      id,
      provider: 'fake',
      can: { tools: true, json: 'schema', reasoning: true, image: true },
      price: { input: 0, output: 100 },
      maxOutput: 1_000,
      ...info,
    },
    calls,
    stream: async function* (request, { signal }) {
      signal.throwIfAborted();
      const events: (ModelEvent | Error)[] = [];
      let wake = Promise.withResolvers<void>();
      const push = (...some: readonly (ModelEvent | Error)[]): void => {
        events.push(...some);
        wake.resolve();
      };
      signal.addEventListener('abort', () => push(new Error('aborted')));
      calls.push(heldCall(request, signal, push));
      for (;;) {
        for (let event = events.shift(); event !== undefined; event = events.shift()) {
          if (event instanceof Error) throw event;
          yield event;
        }
        await wake.promise;
        wake = Promise.withResolvers<void>();
      }
    },
  };
}

function heldCall(
  request: ModelRequest,
  signal: AbortSignal,
  push: (...events: readonly (ModelEvent | Error)[]) => void,
): HeldCall {
  return {
    request,
    signal,
    speak: (text = 'w') => push({ type: 'delta', index: 0, kind: 'text', text }),
    answer: (text, outputTokens = 10, reason = 'stop') =>
      push(
        { type: 'part', index: 0, part: { type: 'text', text } },
        {
          type: 'finish',
          reason,
          usage: { input: { total: 5 }, output: { total: outputTokens } },
        },
      ),
    fail: (error) => push(error),
  };
}
