import { describe, expect, it } from 'vitest';
import type { ModelErrorKind } from '../spec/model.ts';
import { type Cooldown, cooldownAfter, noCooldown, outlivesProcess } from './cooldown.ts';

/** Fails a model as often as it may, each time at once when it is up again. */
function failing(kind: ModelErrorKind, times: number): Cooldown {
  let cooldown = noCooldown;
  for (let count = 0; count < times; count++) {
    cooldown = cooldownAfter(cooldown, { kind, message: 'no' }, cooldown.untilAt ?? 0);
  }
  return cooldown;
}

describe('cooldownAfter', () => {
  it.each<ModelErrorKind>(['auth', 'permission', 'not-found', 'quota'])(
    'R10: %s takes a model out at the first failure, longer each time, for an hour at most',
    (kind) => {
      expect(failing(kind, 1)).toEqual({ failures: 1, untilAt: 60_000, why: `${kind}: no`, kind });
      expect(failing(kind, 2).untilAt).toBe(60_000 + 120_000);
      const before = failing(kind, 40).untilAt ?? 0;
      expect((failing(kind, 41).untilAt ?? 0) - before).toBe(3_600_000);
    },
  );

  it.each<ModelErrorKind>(['network', 'server', 'timeout', 'interrupted', 'protocol'])(
    'R10: %s takes a model out at the second failure in a row',
    (kind) => {
      expect(failing(kind, 1)).toEqual({
        failures: 1,
        untilAt: undefined,
        why: `${kind}: no`,
        kind,
      });
      expect(failing(kind, 2)).toEqual({
        failures: 2,
        untilAt: 5_000,
        why: `${kind} (2 times in a row): no`,
        kind,
      });
    },
  );

  it.each<ModelErrorKind>(['rate-limit', 'overloaded', 'loading'])(
    'R10: after %s the model is left alone as long as it asked',
    (kind) => {
      const asked = cooldownAfter(noCooldown, { kind, message: 'no', retryAt: 40_000 }, 10_000);
      expect(asked.untilAt).toBe(40_000);
      expect(failing(kind, 1).untilAt).toBe(1_000);
    },
  );

  it.each<ModelErrorKind>([
    'invalid',
    'context-overflow',
    'content-filter',
    'unsupported',
    'aborted',
  ])('R10: %s says nothing about the model', (kind) => {
    const down = failing('server', 2);
    expect(cooldownAfter(down, { kind, message: 'no' }, 99_000)).toBe(down);
    expect(failing(kind, 5)).toBe(noCooldown);
  });

  it('R10: calls that were under way when it went down do not make it last longer', () => {
    const down = failing('network', 2);
    expect(cooldownAfter(down, { kind: 'network', message: 'no' }, 4_999)).toBe(down);
    expect(cooldownAfter(down, { kind: 'network', message: 'no' }, 5_000).untilAt).toBe(15_000);
  });

  it('R10: a time to come back that is more than a day off is not believed', () => {
    const failed = { kind: 'quota', message: 'no', retryAt: 1e15 } as const;
    expect(cooldownAfter(noCooldown, failed, 0).untilAt).toBe(86_400_000);
  });

  it('R2 R10: only what a busy model asked for outlives the process', () => {
    const kinds = ['rate-limit', 'overloaded', 'loading', 'auth', 'not-found', 'quota', 'network'];
    const kept = (kinds as readonly ModelErrorKind[]).filter((kind) =>
      outlivesProcess(failing(kind, 3)),
    );
    expect(kept).toEqual(['rate-limit', 'overloaded', 'loading']);
    expect(outlivesProcess(noCooldown)).toBe(false);
  });
});
