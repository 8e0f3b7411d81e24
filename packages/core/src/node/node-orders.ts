import { StoreError } from '../errors/store-error.ts';
import type { StateStore } from '../spec/store.ts';
import type { GiveUp } from './holdings.ts';
import type { NodeChange } from './node-change.ts';
import { readHandOver } from './node-mail.ts';
import { NODE } from './outlook.ts';

/** Messages that are read at once. */
const MAIL_PAGE = 100;

/** What reading the orders to a node needs of it. */
export interface NodeOrdersHost {
  readonly name: string;
  readonly store: StateStore;
  tell(change: NodeChange): void;
}

/** Reads the orders to a node and has them carried out. Those that cannot be are told, and are none any more. */
export async function readOrders(
  { store, name, tell }: NodeOrdersHost,
  handOver: (project: string, order: GiveUp) => Promise<void>,
): Promise<void> {
  const stream = `${NODE}${name}`;
  const mail = (await store.mail?.read(stream, MAIL_PAGE)) ?? [];
  for (const message of mail) {
    if (message.problem !== undefined) {
      tell({ kind: 'trouble', error: new StoreError('store.corrupt', message.problem) });
      continue;
    }
    // First: an order that is carried out again later would be a new one.
    await store.mail?.remove(stream, [message.id]);
    const found = readHandOver(message);
    if (found === undefined) continue;
    const { project, order } = found;
    void handOver(project, order).catch((error: unknown) =>
      tell({ kind: 'trouble', project, error }),
    );
  }
}
