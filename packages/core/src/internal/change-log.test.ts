import { describe, expect, it } from 'vitest';
import { ChangeLog } from './change-log.ts';

function since(log: ChangeLog, count: number): readonly string[] | undefined {
  const names: string[] = [];
  return log.replay(count, (name) => names.push(name)) ? names : undefined;
}

describe('ChangeLog', () => {
  it('M1: gives what changed since, in order, to whoever asks', () => {
    const log = new ChangeLog();
    expect(since(log, 0)).toEqual([]);
    for (const name of ['a', 'b', 'a']) log.note(name);
    expect(since(log, 0)).toEqual(['a', 'b', 'a']);
    expect(since(log, 2)).toEqual(['a']);
    expect(since(log, log.count)).toEqual([]);
  });

  it('M1: says where it does not know any more: after a reset, and after more changes than it keeps', () => {
    const log = new ChangeLog();
    log.note('a');
    const before = log.count;
    log.reset();
    expect(since(log, before)).toBeUndefined();
    expect(since(log, log.count)).toEqual([]);
    const start = log.count;
    for (let at = 0; at < 1_024; at++) log.note(`m${at}`);
    expect(since(log, start)?.length).toBe(1_024);
    expect(since(log, start)?.[1_023]).toBe('m1023');
    log.note('one more');
    expect(since(log, start)).toBeUndefined();
    expect(since(log, start + 1)?.at(-1)).toBe('one more');
  });
});
