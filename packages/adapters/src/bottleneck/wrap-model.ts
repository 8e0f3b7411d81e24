import { guard } from '@overseer/core/plugin';
import type { CallContext, Model, ModelEvent, ModelRequest } from '@overseer/core/spec';
import type { Turns } from './turns.ts';

/** A model whose answers wait for a turn; what else it can do is passed on as it is. */
export function wrapModel(model: Model, turns: Turns): Model & Partial<Disposable> {
  const { list, countTokens, load, unload } = model;
  return {
    spec: 'model/1',
    get info() {
      return model.info;
    },
    stream: (request, ctx) => inTurn(model, turns, request, ctx),
    ...(list && { list: (ctx) => list.call(model, ctx) }),
    ...(countTokens && { countTokens: (request, ctx) => countTokens.call(model, request, ctx) }),
    ...(load && { load: (ctx) => load.call(model, ctx) }),
    ...(unload && { unload: (ctx) => unload.call(model, ctx) }),
    ...(isDisposable(model) && { [Symbol.dispose]: () => model[Symbol.dispose]() }),
  };
}

/** Guarded here too: an adapter that does not listen to an abort must not keep its turn. */
async function* inTurn(
  model: Model,
  turns: Turns,
  request: ModelRequest,
  ctx: CallContext,
): AsyncGenerator<ModelEvent> {
  ctx.signal.throwIfAborted();
  yield { type: 'progress', phase: 'queue' };
  const end = await turns.take(ctx.signal, `${model.info.provider}/${model.info.id}`);
  try {
    yield* guard(model, request, ctx);
  } finally {
    end();
  }
}

function isDisposable(model: Model): model is Model & Disposable {
  return Symbol.dispose in model;
}
