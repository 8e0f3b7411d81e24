import { ModelError } from '@overseer/core/plugin';

/** What a call fails with whose answer is no HTTP, or can be read in two ways; `why` ends the sentence about it. */
export function malformed(why: string): ModelError {
  return new ModelError(
    'protocol',
    `the server's answer cannot be read: ${why}; check that the address is a model server's`,
  );
}
