import { connectionOf } from './connection-of.ts';
import type { FoundStatus } from './model-status.ts';
import type { StatusInput } from './status-input.ts';
import { workOf } from './work-of.ts';

/** The status of one model. Pure. */
export function statusOf(input: StatusInput): FoundStatus {
  return { connection: connectionOf(input), work: workOf(input) };
}
