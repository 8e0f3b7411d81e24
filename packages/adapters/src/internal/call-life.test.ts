import type { ModelError } from '@overseer/core/plugin';
import { toModelError } from '@overseer/core/plugin';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { CallLife } from './call-life.ts';
import { IdleWatch } from './idle-watch.ts';

const IDLE_MS = 400;

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the life of a call', () => {
  it('M9: ends once, whatever comes after its end, and is told over before its end', () => {
    const { life, log } = someLife();
    life.watch();
    life.end(() => log.push('finish'));
    life.fail(new Error('too late'));
    life.stop();
    life.end(() => log.push('again'));
    expect(log).toEqual(['finish', 'over', 'end']);
    expect(life.isOver).toBe(true);
  });

  it('M9: whoever listens to the finish may stop it, and breaks nothing off', () => {
    const { life, log } = someLife();
    life.whole(() => life.stop());
    expect(log).toEqual(['over', 'end']);
  });

  it('M9: a finish that throws is no end: the call fails by it', () => {
    const { life, log } = someLife();
    const broken = (): void => {
      throw new Error('no usage');
    };
    expect(() => life.end(broken)).toThrow('no usage');
    expect(life.isOver).toBe(false);
    life.fail(new Error('no usage'));
    expect(log).toEqual(['broken off', 'over', 'end: no usage']);
  });

  it('K6: stopping breaks the exchange off, and tells nobody of an end', () => {
    const { life, log } = someLife();
    life.watch();
    life.stop();
    vi.advanceTimersByTime(10 * IDLE_MS);
    expect(log).toEqual(['broken off', 'over']);
  });

  it('M9: whoever reads slowly is not taken for a silent server, and a silence after that is one', () => {
    const { life, log } = someLife();
    life.watch();
    life.hold();
    vi.advanceTimersByTime(10 * IDLE_MS);
    expect(log).toEqual([]);
    life.goOn();
    vi.advanceTimersByTime(IDLE_MS / 2);
    expect(log).toEqual([]);
    vi.advanceTimersByTime(2 * IDLE_MS);
    expect(log.slice(0, 2)).toEqual(['broken off', 'over']);
  });

  it('M9: is not watched again by a reader who goes on after its end', () => {
    const { life, log } = someLife();
    life.watch();
    life.hold();
    life.whole(() => undefined);
    life.goOn();
    life.release();
    vi.advanceTimersByTime(10 * IDLE_MS);
    expect(log).toEqual(['over', 'end']);
  });

  it('M10: a silence fails it, signs of life put that off, and a whole answer ends the watch', () => {
    const silent = someLife();
    silent.life.watch();
    for (let at = 0; at < 4; at++) {
      vi.advanceTimersByTime(IDLE_MS / 2);
      silent.life.touch();
    }
    expect(silent.log).toEqual([]);
    vi.advanceTimersByTime(2 * IDLE_MS);
    expect(silent.log.slice(0, 2)).toEqual(['broken off', 'over']);
    expect(silent.log[2]).toContain('end: ');
    const whole = someLife();
    whole.life.watch();
    whole.life.whole(() => undefined);
    whole.life.release();
    vi.advanceTimersByTime(10 * IDLE_MS);
    expect(whole.log).toEqual(['over', 'end']);
  });

  it('M10: what follows a whole answer is read over for a while, then broken off', async () => {
    const { life, log } = someLife();
    life.whole(() => undefined);
    await vi.advanceTimersByTimeAsync(IDLE_MS - 1);
    expect(log).toEqual(['over', 'end']);
    vi.advanceTimersByTime(1);
    expect(log).toEqual(['over', 'end', 'broken off']);
  });

  it('M10: an error that is explained later ends it then', async () => {
    const { life, log } = someLife((error) => Promise.resolve(error));
    life.fail(new Error('refused'));
    expect(log).toEqual(['broken off', 'over']);
    await vi.advanceTimersByTimeAsync(0);
    expect(log).toEqual(['broken off', 'over', 'end: refused']);
  });
});

function someLife(
  explain: (error: ModelError) => ModelError | Promise<ModelError> = (one) => one,
): {
  readonly life: CallLife;
  readonly log: string[];
} {
  const log: string[] = [];
  const life = new CallLife({
    where: 'm',
    watch: new IdleWatch(IDLE_MS),
    sink: {
      event: () => log.push('event'),
      end: (error) => log.push(error === undefined ? 'end' : `end: ${messageOf(error)}`),
    },
    breakOff: () => log.push('broken off'),
    explain: (thrown) => explain(toModelError(thrown, new AbortController().signal, 'm')),
    onOver: () => log.push('over'),
  });
  return { life, log };
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // What it adds says what to do.
  return message.replace(/^m: /, '').split(';')[0] ?? '';
}
