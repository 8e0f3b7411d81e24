import type { MockStatus } from './mock-reply.ts';
import type { Failure } from './wire.ts';

/** A scripted refusal as a failure. */
export function statusFailure({ status, retryAfterMs, code, message }: MockStatus): Failure {
  return {
    status,
    message: message ?? `The mock service refuses with status ${status}, as it was told to.`,
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}
