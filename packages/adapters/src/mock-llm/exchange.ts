import type { Clock } from '@overseer/core/plugin';
import type { BatchShelf } from './batch/batch-shelf.ts';
import type { Connection } from './connection.ts';
import type { Settlement } from './counts.ts';
import type { Household } from './decide.ts';
import type { OpenExchange } from './exchange-log.ts';

/** What an exchange needs of its service. */
export interface Service extends Household {
  readonly clock: Clock;
  readonly batches: BatchShelf;
  readonly seed: number;
  readonly record: (settlement: Settlement) => void;
}

/** One HTTP request on its way through a service. */
export interface Exchange {
  readonly service: Service;
  readonly connection: Connection;
  /** What the service's log shows of it. */
  readonly seen: OpenExchange;
}
