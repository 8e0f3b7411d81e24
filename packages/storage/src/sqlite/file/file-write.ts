import { type FileWrite, isRefusal, type LeaseRow, type Refusal } from '../protocol.ts';

/** Refuses a writer whose epoch is not that of the lease as it is held now. */
export function fence(epoch: number, lease: LeaseRow | Refusal, path: string): Refusal | undefined {
  if (isRefusal(lease)) return lease;
  if (lease.holder !== undefined && lease.epoch === epoch) return undefined;
  const message =
    lease.holder === undefined
      ? `Nobody holds the lease of ${path}, so epoch ${epoch} may not write: acquire the lease first.`
      : `The lease of ${path} is at epoch ${lease.epoch} and held by ${lease.holder.name} (process ${lease.holder.pid}), so epoch ${epoch} may not write: stop, and acquire it again.`;
  return { refused: 'store.fenced', message };
}

/** About how many UTF-16 units or bytes a write is. */
export function sizeOf(write: FileWrite): number {
  switch (write.kind) {
    case 'append':
      return write.segments.reduce(
        (sum, { bodies, lifted }) =>
          sum +
          bodies.reduce((all, body) => all + body.length, 0) +
          lifted.reduce((all, { text }) => all + text.length, 0),
        0,
      );
    case 'blob':
      return write.bytes.byteLength;
    case 'erase':
    case 'release':
      return 0;
    case 'snapshot':
      return write.body.length;
  }
}
