import type { EventSink, PushHandle } from '@overseer/core/plugin';
import type { ModelEvent } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { pushStream } from './push-stream.ts';

const DELTA: ModelEvent = { type: 'delta', index: 0, kind: 'text', text: 'a' };

function source(): {
  readonly sink: () => EventSink;
  readonly log: string[];
  readonly start: (sink: EventSink) => PushHandle;
} {
  const log: string[] = [];
  let kept: EventSink | undefined;
  return {
    log,
    sink: () => {
      if (kept === undefined) throw new Error('not started');
      return kept;
    },
    start: (sink) => {
      kept = sink;
      log.push('start');
      return {
        stop: () => log.push('stop'),
        pause: () => log.push('pause'),
        resume: () => log.push('resume'),
      };
    },
  };
}

describe('a pushed stream that is iterated', () => {
  it('M9: starts when iteration does, and ends with its error after what came before', async () => {
    const { start, sink, log } = source();
    const iterator = pushStream(new AbortController().signal, start)[Symbol.asyncIterator]();
    expect(log).toEqual([]);
    const first = iterator.next();
    sink().event(DELTA);
    sink().event(DELTA);
    sink().end(new Error('late'));
    expect(await first).toEqual({ done: false, value: DELTA });
    expect(await iterator.next()).toEqual({ done: false, value: DELTA });
    await expect(iterator.next()).rejects.toThrow('late');
    expect(await iterator.next()).toMatchObject({ done: true });
    expect(log).toEqual(['start']);
  });

  it('M9: pauses its source when its reader falls behind, loses nothing, and resumes it', async () => {
    const { start, sink, log } = source();
    const iterator = pushStream(new AbortController().signal, start)[Symbol.asyncIterator]();
    const first = iterator.next();
    for (let index = 0; index < 1200; index++) sink().event(DELTA);
    expect(log).toEqual(['start', 'pause']);
    sink().end();
    await first;
    let count = 1;
    for (let step = await iterator.next(); step.done !== true; step = await iterator.next())
      count++;
    expect(count).toBe(1200);
    expect(log).toEqual(['start', 'pause', 'resume']);
  });

  it('K6: stops its source when its reader leaves', async () => {
    const { start, sink, log } = source();
    const iterator = pushStream(new AbortController().signal, start)[Symbol.asyncIterator]();
    const first = iterator.next();
    sink().event(DELTA);
    await first;
    await iterator.return?.();
    expect(log).toEqual(['start', 'stop']);
    sink().event(DELTA);
    expect(await iterator.next()).toMatchObject({ done: true });
  });

  it('K6: stops its source at an abort, after which nothing more comes', async () => {
    const { start, sink, log } = source();
    const controller = new AbortController();
    const iterator = pushStream(controller.signal, start)[Symbol.asyncIterator]();
    const first = iterator.next();
    controller.abort();
    await expect(first).rejects.toMatchObject({ kind: 'aborted' });
    expect(log).toEqual(['start', 'stop']);
    sink().event(DELTA);
    expect(await iterator.next()).toMatchObject({ done: true });
    const late = pushStream(controller.signal, start)[Symbol.asyncIterator]();
    await expect(late.next()).rejects.toMatchObject({ kind: 'aborted' });
    expect(log).toEqual(['start', 'stop']);
  });
});
