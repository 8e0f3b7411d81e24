import type { EventSink, PushHandle } from '@overseer/core/plugin';
import type {
  CallContext,
  JsonObject,
  Model,
  ModelEvent,
  ModelInfo,
  ModelRequest,
  ModelWarning,
} from '@overseer/core/spec';
import { counting } from '../internal/counting.ts';
import { pushStream } from '../internal/push-stream.ts';
import type { EngineState } from './local-engine.ts';
import type { EngineShare } from './shared-engines.ts';

/** A model whose weights are on this machine, in an engine process that it may share with others of the same file. */
export type LocalModel = Model &
  Disposable &
  AsyncDisposable &
  Required<Pick<Model, 'list' | 'load' | 'unload' | 'countTokens'>> & {
    /** What the engine is doing and how much memory its process has; starts nothing. */
    status(ctx: CallContext): Promise<EngineStatus>;
  };

/** An engine, and the bytes of memory that its process holds: the weights' own pages are among them. */
export interface EngineStatus extends EngineState {
  readonly memoryBytes?: number;
}

/** A request as its engine takes it, and what of it that leaves out. */
export interface EngineRequest {
  readonly request: JsonObject;
  readonly warnings: readonly ModelWarning[];
}

/** A model of an engine. `prepare` translates requests; throws nothing. */
export function engineModel(
  info: ModelInfo,
  { engine, release }: EngineShare,
  prepare: (request: ModelRequest) => EngineRequest,
): LocalModel {
  return {
    spec: 'model/1',
    info,
    stream: (request, ctx) =>
      pushStream(ctx.signal, (sink) => {
        const { request: order, warnings } = prepare(request);
        const stop = engine.stream(order, withHead(sink, info.id, warnings));
        return handle(stop);
      }),
    list: () => {
      const { state, contextWindow = info.contextWindow } = engine.state;
      const window = contextWindow === undefined ? {} : { contextWindow };
      return Promise.resolve([{ id: info.id, state, ...window }]);
    },
    countTokens: counting(`${info.provider}/${info.id}`, async (request, { signal }) => {
      const tokens = Number(await engine.ask('count', prepare(request).request, signal));
      return { tokens, source: 'tokenizer', within: 0 };
    }),
    load: async ({ signal }) => {
      await engine.ask('load', null, signal);
    },
    unload: () => engine.unload(),
    status: async ({ signal }) => {
      if (engine.state.state === 'cold') return engine.state;
      const memoryBytes = Number(await engine.ask('memory', null, signal));
      return { ...engine.state, memoryBytes };
    },
    [Symbol.dispose]: () => {
      void release();
    },
    [Symbol.asyncDispose]: release,
  };
}

/** An answer's tokens are bounded by its window, so that nothing needs to be held back. */
function handle(stop: () => void): PushHandle {
  return { stop, pause: () => undefined, resume: () => undefined };
}

/** Says which model answers, and what was left out, once the answer begins: a call that only waited has not begun. */
function withHead(sink: EventSink, model: string, warnings: readonly ModelWarning[]): EventSink {
  let said = false;
  return {
    event: (event: ModelEvent) => {
      if (!said && event.type !== 'progress') {
        said = true;
        sink.event({ type: 'meta', model, ...(warnings.length === 0 ? {} : { warnings }) });
      }
      sink.event(event);
    },
    end: (error) => sink.end(error),
  };
}
