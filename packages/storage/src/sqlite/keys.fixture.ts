import type { KeyRing } from '../at-rest/key-ring.ts';

/** Master keys that tests know: each is filled with its place in the list. */
export function testKeys(...ids: readonly string[]): KeyRing {
  const names = ids.length === 0 ? ['first'] : ids;
  const keys = names.map((id) => [id, testKey(id)] as const);
  return { current: names[0] ?? '', keys: Object.fromEntries(keys) };
}

/** A key that can be searched for in a file. */
export function testKey(id: string): Uint8Array {
  return Buffer.from(`${id} is the master key of tests`.padEnd(32, '.').slice(0, 32));
}
