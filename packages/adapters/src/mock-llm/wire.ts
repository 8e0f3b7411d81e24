import type { WindowAdmission } from './window-limiter.ts';

/** What is one provider's own about every reply: how it words errors, and its headers. */
export interface Wire {
  /** The body of an error. */
  error(failure: Failure, requestId: string): object;
  /** The model does not exist. */
  noModel(id: string): Failure;
  /** The request has more tokens than the model's context window. */
  tooLong(tokens: number, window: number): Failure;
  /** What goes wrong on the provider's side in the middle of a reply. */
  readonly breakdown: Failure;
  /** Its request id, under the provider's header. */
  idHeaders(requestId: string): Headers;
  /** The state of a limit. */
  rateHeaders(window: WindowAdmission): Headers;
  /** When to come back, in ms from now. */
  retryHeaders(retryAfterMs: number): Headers;
}

/** Header names and values, as Node takes them. */
export type Headers = Readonly<Record<string, string>>;

/** Why a request is refused. */
export interface Failure {
  readonly status: number;
  readonly message: string;
  /** The provider's code; the default is what it sends with this status. */
  readonly code?: string;
  readonly param?: string;
  readonly retryAfterMs?: number;
  /** Of what there was too much, where a limit is met. */
  readonly exceeded?: 'requests' | 'tokens';
}
