import type { Mail } from '../../spec/store.ts';
import type { TaskTransport } from '../../spec/transport.ts';

/** A place where jobs are kept, and its replies. */
export interface TransportPlace {
  /** Opens the transport, any number of times. */
  readonly open: () => Promise<TaskTransport>;
  /** The mail that was left for a stream, oldest first. */
  readonly mail: (stream: string) => Promise<readonly Mail[]>;
  /** Takes the lease of a stream over from whoever has it, and gives its epoch, which holds for the rest of the rule. */
  readonly lease: (stream: string) => Promise<number>;
  /** Lets time go by, in ms. */
  readonly pass: (ms: number) => Promise<void>;
  /** Lets go of the place. */
  readonly close: () => Promise<void>;
}

/** How the rules get at the transports they judge. */
export interface TransportSubject {
  /** Makes a new, empty place. */
  readonly place: () => Promise<TransportPlace>;
}
