import { ModelError } from '@overseer/core/plugin';

/** What a call fails with from which nothing came for `idleMs`. */
export function idleError(where: string, idleMs: number): ModelError {
  return new ModelError(
    'timeout',
    `${where}: nothing came for ${idleMs} ms; allow more with idleTimeoutMs, or try again`,
  );
}
