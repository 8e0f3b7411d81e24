import type { KeyRing } from '@overseer/storage/at-rest';

/** The master key of sealed golden journals, which is no secret. */
export const goldenKeys: KeyRing = {
  current: 'golden',
  keys: { golden: Buffer.from('the master key of golden journals').subarray(0, 32) },
};
