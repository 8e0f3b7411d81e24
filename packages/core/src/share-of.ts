import { ConfigError } from './errors/config-error.ts';
import { defined } from './internal/defined.ts';

interface Share {
  readonly flow?: string;
  readonly weight?: number;
}

/** The least and the greatest weight of a flow. */
const WEIGHTS = { least: 0.001, greatest: 1_000 };

/** Whose work a run says it is, and with which weight. Throws `ConfigError` `config.share`. */
export function shareOf(share: Share): Share {
  const { flow, weight } = share;
  if (flow !== undefined && (typeof flow !== 'string' || flow.trim() === '' || flow.length > 200)) {
    throw new ConfigError(
      'config.share',
      `The flow of a run is a name of 1 to 200 characters, such as a user or a project, and not ${JSON.stringify(flow)}.`,
    );
  }
  if (weight === undefined || isWeight(weight)) {
    return defined({ flow, weight });
  }
  throw new ConfigError(
    'config.share',
    `The weight of a run is a number from ${WEIGHTS.least} to ${WEIGHTS.greatest}, and not ${JSON.stringify(weight)}.`,
  );
}

function isWeight(weight: unknown): boolean {
  return typeof weight === 'number' && weight >= WEIGHTS.least && weight <= WEIGHTS.greatest;
}
