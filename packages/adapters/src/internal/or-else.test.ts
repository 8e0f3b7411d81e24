import { type EventSink, PUSH, type PushStream } from '@overseer/core/plugin';
import type { ModelEvent } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { orElse } from './or-else.ts';
import { pushStream } from './push-stream.ts';

const TEXT: ModelEvent = { type: 'delta', index: 0, kind: 'text', text: 'x' };
const signal = new AbortController().signal;

function scripted(run: (sink: EventSink) => void, log: string[] = [], name = ''): PushStream {
  return pushStream(signal, (sink) => {
    queueMicrotask(() => run(sink));
    const note = (what: string) => () => void log.push(`${name} ${what}`);
    return { stop: note('stop'), pause: note('pause'), resume: note('resume') };
  });
}

async function read(stream: AsyncIterable<ModelEvent>): Promise<readonly string[]> {
  const seen: string[] = [];
  try {
    for await (const event of stream) seen.push(event.type);
  } catch (error) {
    seen.push(String(error));
  }
  return seen;
}

const failing = scripted((sink) => sink.end(new Error('first')));
const good = scripted((sink) => {
  sink.event(TEXT);
  sink.end();
});

describe('a call that something else is tried for', () => {
  it('M6: goes on as the other, and says what is said of it', async () => {
    const warnings = [{ kind: 'adjusted' as const, what: 'api' }];
    const stream = orElse(signal, failing, () => ({ stream: good, warnings }));
    expect(await read(stream)).toEqual(['meta', 'delta']);
  });

  it('M6: fails as it failed where there is nothing else, or something of an answer had come', async () => {
    expect(await read(orElse(signal, failing, () => undefined))).toEqual(['Error: first']);
    const late = scripted((sink) => {
      sink.event(TEXT);
      sink.end(new Error('late'));
    });
    const stream = orElse(signal, late, () => ({ stream: good }));
    expect(await read(stream)).toEqual(['delta', 'Error: late']);
    const twice = orElse(signal, failing, () => ({ stream: failing }));
    expect(await read(twice)).toEqual(['Error: first']);
  });

  it('M6: stops, pauses and resumes whichever is under way', async () => {
    const log: string[] = [];
    const first = scripted((sink) => sink.end(new Error('first')), log, 'first');
    const second = scripted(() => undefined, log, 'second');
    const stream = orElse(signal, first, () => ({ stream: second }));
    const handle = stream[PUSH]({ event: () => undefined, end: () => undefined });
    handle.pause();
    await Promise.resolve();
    handle.resume();
    handle.stop();
    expect(log).toEqual(['first pause', 'second pause', 'second resume', 'second stop']);
    const stopped = orElse(signal, first, () => ({ stream: second }));
    stopped[PUSH]({ event: () => undefined, end: () => undefined }).stop();
    await Promise.resolve();
    expect(log.slice(4)).toEqual(['first stop']);
  });
});
