import type { Stop } from '../internal/cancellation.ts';
import { isPushStream, PUSH, type PushHandle, type PushStream } from '../internal/push-stream.ts';
import { abortError } from '../internal/to-model-error.ts';
import type { CallContext, Model, ModelEvent, ModelRequest } from '../spec/model.ts';
import { AnswerBound } from './answer-bound.ts';
import { cutError, Guarded, type GuardedCall, nameOf } from './guard.ts';
import { callError, requireCall } from './require-call.ts';

/**
 * `guard()` with a listener instead of iteration, and without a promise per event where the adapter can push. Rejects with `ModelError`.
 * What is pushed is stopped by `stop`, which aborts when the signal of `ctx` does.
 */
export function guardEach(
  model: Model,
  request: ModelRequest,
  ctx: CallContext,
  stop: Stop,
  onEvent: (event: ModelEvent) => void,
): Promise<void> {
  const where = nameOf(model);
  try {
    requireCall(request, ctx, where);
  } catch (error) {
    return Promise.reject(error);
  }
  const { signal } = ctx;
  if (signal.aborted) return Promise.reject(abortError(signal, where));
  let stream: AsyncIterable<ModelEvent>;
  try {
    stream = model.stream(request, ctx);
  } catch (error) {
    return Promise.reject(callError(error, request, signal, where));
  }
  const call = { request, signal, where };
  if (isPushStream(stream)) return push(stream, { ...call, stop }, onEvent);
  return iterate(new Guarded(() => stream, call), onEvent);
}

async function iterate(guarded: Guarded, onEvent: (event: ModelEvent) => void): Promise<void> {
  for (let step = await guarded.next(); step.done !== true; step = await guarded.next()) {
    onEvent(step.value);
  }
}

interface Pushing extends GuardedCall {
  readonly stop: Stop;
}

function push(
  stream: PushStream,
  { request, signal, stop, where }: Pushing,
  onEvent: (event: ModelEvent) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let handle: PushHandle | undefined;
    const bound = new AnswerBound(where);
    let open = true;
    const close = (): void => {
      open = false;
      stop.forget(onAbort);
    };
    const onAbort = (): void => {
      close();
      handle?.stop();
      reject(abortError(signal, where));
    };
    stop.onAbort(onAbort);
    handle = stream[PUSH]({
      event: (event) => {
        if (!open) return;
        let passed: ModelEvent;
        try {
          passed = bound.pass(event);
        } catch (error) {
          close();
          handle?.stop();
          reject(error);
          return;
        }
        onEvent(passed);
        if (event.type !== 'finish') return;
        close();
        handle?.stop();
        resolve();
      },
      end: (error) => {
        if (!open) return;
        close();
        const failed = error !== undefined;
        reject(failed ? callError(error, request, signal, where) : cutError(signal, where));
      },
    });
  });
}
