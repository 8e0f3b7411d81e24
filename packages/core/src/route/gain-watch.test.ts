import { describe, expect, it } from 'vitest';
import type { AttemptOutcome } from './attempt-watch.ts';
import { GainWatch } from './gain-watch.ts';

function outcome(model: string, good: boolean, before?: string): AttemptOutcome {
  return {
    model,
    kind: 'write',
    text: 'Add.',
    answer: `an answer of ${model}`,
    good,
    before,
    beforeFindings: [],
    findings: [],
    framework: undefined,
    cached: 0,
    output: 0,
    tokens: 1,
    microUsd: 1,
    paidMicroUsd: 1,
  };
}

describe('GainWatch', () => {
  it('L8: knows what another model brought: all, nothing where the same one repaired it', () => {
    const watch = new GainWatch();
    expect(watch.take(outcome('small', true), 'a')).toMatchObject({ gain: 0 });
    expect(watch.take(outcome('small', false), 'b')).toBeUndefined();
    expect(watch.take(outcome('large', true, 'small'), 'b')).toMatchObject({ gain: 1 });
    expect(watch.take(outcome('small', false), 'c')).toBeUndefined();
    expect(watch.take(outcome('small', true, 'small'), 'c')).toMatchObject({ gain: 0 });
  });

  it('L8: another model that could not do it either brought nothing, which must count as well', () => {
    const watch = new GainWatch();
    watch.take(outcome('small', false), 'a');
    expect(watch.take(outcome('large', false, 'small'), 'a')).toBeUndefined();
    expect(watch.failed('a')).toMatchObject({ gain: 0 });
    expect(watch.failed('a')).toBeUndefined();
    watch.take(outcome('small', false), 'b');
    watch.take(outcome('small', false, 'small'), 'b');
    expect(watch.failed('b')).toBeUndefined();
    watch.take(outcome('small', false), 'c');
    watch.take(outcome('large', false, 'small'), 'c');
    watch.forget('c');
    expect(watch.failed('c')).toBeUndefined();
  });

  it('L8: an answer that passed counts as such though it was doubted, and what came then says nothing', () => {
    const watch = new GainWatch();
    expect(watch.doubted('Add.', 'however')).toMatchObject({ gain: 0 });
    expect(watch.take(outcome('large', true), 'a', true)).toBeUndefined();
  });
});
