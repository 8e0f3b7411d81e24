import { ConfigError } from './errors/config-error.ts';
import type { RunState } from './journal/run-state.ts';

/** A run's own id. Throws `ConfigError` `config.run-id` where it is none, or is that of a run that goes on. */
export function requireRunId(
  id: string,
  runs: { runOf(id: string): RunState | undefined },
): string {
  if (typeof id !== 'string' || !/^[\w.-]{1,100}$/.test(id)) {
    throw new ConfigError(
      'config.run-id',
      'The id of a run is 1 to 100 letters, digits, dots, dashes and underscores; leave it out for a new one.',
    );
  }
  if (runs.runOf(id) === undefined) return id;
  throw new ConfigError(
    'config.run-id',
    `There is a run ${id} already: open it, or give the new one another id.`,
  );
}
