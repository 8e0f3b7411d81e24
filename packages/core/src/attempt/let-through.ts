import type { CallEstimate } from '../spec/call-amounts.ts';
import type { ModelRequest } from '../spec/model.ts';

/** One call as the dispatcher let it through. */
export interface LetThrough {
  readonly call: string;
  readonly request: ModelRequest;
  readonly estimate: CallEstimate;
  /** The name of the key that it goes out with, where its model has several. */
  readonly keyName?: string | undefined;
}
