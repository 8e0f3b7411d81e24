import type { Clock } from '@overseer/core/plugin';
import type { BatchShelf } from './batch/batch-shelf.ts';
import type { Connection } from './connection.ts';
import type { Settlement } from './counts.ts';
import type { Household } from './decide.ts';
import type { MockEndpointRule } from './endpoint-rules.ts';
import type { OpenExchange } from './exchange-log.ts';
import type { MockRelay } from './mock-relay.ts';
import type { Vocabulary } from './vocabulary.ts';

/** What an exchange needs of its service. */
export interface Service extends Household {
  readonly clock: Clock;
  readonly batches: BatchShelf;
  readonly vocabulary: Vocabulary;
  readonly seed: number;
  /** What is to happen to a request that asks no model. */
  readonly endpointRules: (method: string, path: string) => MockEndpointRule | undefined;
  readonly record: (settlement: Settlement) => void;
  /** Answers in the place of models, where there is one. */
  readonly relay: MockRelay | undefined;
}

/** One HTTP request on its way through a service. */
export interface Exchange {
  readonly service: Service;
  readonly connection: Connection;
  /** What the service's log shows of it. */
  readonly seen: OpenExchange;
  /** Its path and query. */
  readonly url: string;
}
