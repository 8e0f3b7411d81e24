import { describe, expect, it } from 'vitest';
import { Cancellation } from './cancellation.ts';

describe('Cancellation', () => {
  it('K6: tells every listener once, those that were forgotten not, and whoever comes late at once', () => {
    const heard: string[] = [];
    const listener = (name: string) => (reason: unknown) => void heard.push(`${name}: ${reason}`);
    const [first, second, third, fourth] = [
      listener('1'),
      listener('2'),
      listener('3'),
      listener('4'),
    ];
    const cancel = new Cancellation();
    cancel.onAbort(first);
    cancel.onAbort(second);
    cancel.onAbort(third);
    cancel.forget(first);
    cancel.forget(third);
    cancel.onAbort(fourth);
    cancel.abort('enough');
    cancel.abort('again');
    expect(heard.sort()).toEqual(['2: enough', '4: enough']);
    cancel.onAbort(first);
    expect(heard).toContain('1: enough');
  });

  it('K6: gives a signal that is aborted with it, asked for before or after', () => {
    const cancel = new Cancellation();
    const { signal } = cancel;
    cancel.abort('enough');
    expect([signal.aborted, signal.reason, cancel.signal]).toEqual([true, 'enough', signal]);
    const late = new Cancellation();
    late.abort('before');
    expect(late.signal.reason).toBe('before');
  });
});
