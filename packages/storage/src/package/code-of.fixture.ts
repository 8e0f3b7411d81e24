import { OverseerError } from '@overseer/core/plugin';

/** The code of the error, `none` where there was none. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return await work.then(
    () => 'none',
    (error: unknown) => (OverseerError.is(error) ? error.code : `no code: ${String(error)}`),
  );
}
