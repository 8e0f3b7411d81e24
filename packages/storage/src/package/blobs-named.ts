import type { OverseerEvent } from '@overseer/core/spec';

const HASH = /^[0-9a-f]{64}$/;

/** Every string in an event's data that may be the name of a blob: the hex SHA-256 of its bytes. */
export function* blobsNamed({ data }: OverseerEvent): Generator<string> {
  yield* hashesIn(data);
}

function* hashesIn(value: unknown): Generator<string> {
  if (typeof value === 'string') {
    if (value.length === 64 && HASH.test(value)) yield value;
  } else if (typeof value === 'object' && value !== null) {
    for (const one of Object.values(value)) yield* hashesIn(one);
  }
}
