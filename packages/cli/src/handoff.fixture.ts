import { createOverseer } from '@overseer/core';
import type { StateStore } from '@overseer/core/spec';
import { type HandOffOptions, handOffTo, type SentHandoff } from '@overseer/storage/handoff';
import { type CommittedSink, createKeyPair, type KeyPair } from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { team } from './moving.fixture.ts';

/** Whose keys tests use. */
export const sender: KeyPair = createKeyPair();
export const receiver: KeyPair = createKeyPair();
export const stranger: KeyPair = createKeyPair();

/** A sink in memory. */
export function bytesSink(): CommittedSink & { readonly bytes: () => Buffer } {
  const parts: Uint8Array[] = [];
  return {
    write: async (piece) => void parts.push(Uint8Array.from(piece)),
    commit: async () => undefined,
    [Symbol.asyncDispose]: async () => undefined,
    bytes: () => Buffer.concat(parts),
  };
}

/** Hands a project off into memory. */
export async function packed(
  store: StateStore,
  to: string = receiver.public,
  more: Partial<HandOffOptions> = {},
): Promise<{ readonly bytes: Buffer; readonly sent: SentHandoff }> {
  const sink = bytesSink();
  const sent = await handOffTo(to, sink, { store, sign: sender.secret, ...more });
  return { bytes: sink.bytes(), sent };
}

/** A store in which one run was worked to its end. */
export async function workedStore(path: string): Promise<StateStore> {
  const overseer = await createOverseer({ ...team(), store: sqlite(path) });
  await overseer.run({ tasks: [{ instruction: 'do it' }] }).result;
  await overseer.close();
  return await sqlite(path)();
}
