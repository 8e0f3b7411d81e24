import { ConfigError, suggest } from '@overseer/core/plugin';

/** What Bottleneck is trusted with: how many calls run at once, and how far apart they start. */
export interface BottleneckOptions {
  /** Most calls at once, 1 or more; without it there is no bound. */
  readonly maxConcurrent?: number;
  /** Least ms between the starts of two calls; the default is 0. */
  readonly minTime?: number;
}

/** A timer cannot be set further ahead than this. */
const LONGEST_MS = 2 ** 31 - 1;

const LIMITS = "`limits` of the model, such as ['5 calls / 5h'], which are exact over any span";
const QUEUE = 'nothing: waiting tasks are kept in the journal and none is dropped';
const SHARING = '`sharedLimits`, by which processes keep their limits together';

/** Bottleneck's other options, and what does in Overseer what they are for. */
const INSTEAD: Readonly<Record<string, string>> = {
  reservoir: LIMITS,
  reservoirRefreshInterval: LIMITS,
  reservoirRefreshAmount: LIMITS,
  reservoirIncreaseInterval: LIMITS,
  reservoirIncreaseAmount: LIMITS,
  reservoirIncreaseMaximum: LIMITS,
  priority: 'the `priority` of tasks',
  weight: "`limits` that count what calls differ in, such as ['100k tokens / 1d']",
  expiration: 'the time limits of the model itself, such as its `idleTimeoutMs`',
  highWater: QUEUE,
  strategy: QUEUE,
  penalty: QUEUE,
  rejectOnDrop: QUEUE,
  id: 'the name of the model in the team',
  trackDoneStatus: 'the journal, which has every call',
  heartbeatInterval: LIMITS,
  datastore: SHARING,
  connection: SHARING,
  clientOptions: SHARING,
  clusterNodes: SHARING,
  clearDatastore: SHARING,
  clientTimeout: SHARING,
  timeout: SHARING,
  Redis: SHARING,
  Promise: "nothing: promises are the platform's",
};

/**
 * Checks options that may come from JavaScript or from an older use of Bottleneck. Throws `ConfigError`
 * `config.bottleneck`, which says for each option that Bottleneck cannot keep what to use instead.
 */
export function checkOptions(options: BottleneckOptions): BottleneckOptions {
  // Destructuring what is nothing would throw without a code, and a text would count as options named by its places.
  const said: BottleneckOptions = typeof options === 'object' && options !== null ? options : {};
  const { maxConcurrent, minTime, ...others } = said;
  const problems = Object.entries(others).flatMap(([name, value]) =>
    value === undefined ? [] : [refusal(name)],
  );
  if (maxConcurrent !== undefined && !(Number.isSafeInteger(maxConcurrent) && maxConcurrent >= 1)) {
    problems.push(`maxConcurrent: must be a whole number of calls, 1 or more`);
  }
  if (minTime !== undefined && !isSpacing(minTime)) {
    problems.push(`minTime: must be a number of ms from 0 to ${LONGEST_MS}`);
  }
  if (problems.length === 0 && maxConcurrent === undefined && minTime === undefined) {
    problems.push('give maxConcurrent, minTime or both');
  }
  if (problems.length === 0) return options;
  throw new ConfigError(
    'config.bottleneck',
    `Bottleneck can be trusted with maxConcurrent and minTime only:\n${problems.map((line) => `  ${line}`).join('\n')}`,
  );
}

function isSpacing(value: unknown): boolean {
  return typeof value === 'number' && value >= 0 && value <= LONGEST_MS;
}

function refusal(name: string): string {
  const instead = Object.hasOwn(INSTEAD, name) ? INSTEAD[name] : undefined;
  return instead === undefined
    ? `${name}: is no option of it; ${suggest(name, ['maxConcurrent', 'minTime'])}`
    : `${name}: is not kept; use ${instead}`;
}
