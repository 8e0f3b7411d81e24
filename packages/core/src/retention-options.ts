import { ConfigError } from './errors/config-error.ts';
import { OverseerError } from './errors/overseer-error.ts';
import { type Span, spanMs } from './internal/span-ms.ts';
import type { OpenKernel } from './run/open-kernel.ts';
import { Retention, type RetentionRule, type RetentionTold } from './run/retention.ts';
import type { Settings } from './run/settings.ts';
import type { StateStore } from './spec/store.ts';

/** How long what runs said is kept. */
export interface RetentionOptions {
  /**
   * How long after its end a run is erased, as `Overseer.erase` does: in ms, or in days or hours, such as `90d` or `12h`. A time that is
   * shorter than the longest window of any limit counts as that.
   */
  readonly finishedRuns: Span;
  /**
   * Hears of each run that is due and cannot be erased, once until it can be; it is tried again every hour, and keeps no other run from
   * it. Where it is left out, the first is told as a warning of the process.
   */
  readonly onTrouble?: (trouble: RetentionTrouble) => void;
}

/** A run that is due, and cannot be erased. */
export interface RetentionTrouble {
  readonly run: string;
  /** What the store refused it with, such as `StoreError` `store.unsealed`. */
  readonly error: Error;
}

const DAY_MS = 86_400_000;

/** How long runs are kept after their end where nobody says, in ms: 365 days. */
export const DEFAULT_KEEP_MS: number = 365 * DAY_MS;

/** Refuses retention where nothing can be erased. Throws `ConfigError` `config.retention`. */
export function checkRetention(
  retention: RetentionOptions | false | undefined,
  store: StateStore,
): void {
  if (retention === undefined || retention === false || store.erase !== undefined) return;
  throw new ConfigError(
    'config.retention',
    `retention.finishedRuns: ${store.name} cannot erase what runs said, for it is not sealed. Give its keys, such as store: sqlite(path, { encryption: { keys } }), or leave "retention" out.`,
  );
}

/** An open kernel that erases runs once they are old enough, until it is closed or handed over; as it was where its store cannot erase. */
export function withRetention(
  retention: RetentionOptions | false | undefined,
  settings: Settings,
  open: OpenKernel,
): OpenKernel {
  if (settings.store.erase === undefined) return open;
  const keeper = new Retention(settings, open, ruleOf(retention), toldTo(retention));
  open.whenRunEnds(() => keeper.look());
  keeper.look();
  return {
    ...open,
    close: async () => {
      await keeper.stop();
      await open.close();
    },
    handOver: async (order) => {
      await keeper.stop();
      await open.handOver(order);
    },
  };
}

function ruleOf(retention: RetentionOptions | false | undefined): RetentionRule {
  if (retention === undefined) return { keepMs: DEFAULT_KEEP_MS, isDefault: true };
  if (retention === false) return { keepMs: undefined, isDefault: false };
  return { keepMs: spanMs(retention.finishedRuns), isDefault: false };
}

function toldTo(retention: RetentionOptions | false | undefined): RetentionTold {
  const onTrouble = retention === false ? undefined : retention?.onTrouble;
  return {
    refused:
      onTrouble === undefined ? warnsOnce() : (run, error) => tryTelling(onTrouble, run, error),
    announced: (fromAt) => {
      const days = DEFAULT_KEEP_MS / DAY_MS;
      const words = `From ${new Date(fromAt).toISOString()} on, runs are erased ${days} days after they finished, for nobody said how long they are kept. Say so by the option retention: { finishedRuns: '90d' }, or false, which keeps all.`;
      process.emitWarning(words, { code: 'retention.default' });
    },
  };
}

function tryTelling(
  onTrouble: NonNullable<RetentionOptions['onTrouble']>,
  run: string,
  error: Error,
): void {
  try {
    onTrouble({ run, error });
  } catch {
    // A listener that throws is its owner's trouble.
  }
}

function warnsOnce(): RetentionTold['refused'] {
  let isWarned = false;
  return (run, error) => {
    if (isWarned) return;
    isWarned = true;
    const code = OverseerError.is(error) ? error.code : 'retention';
    const words = `Run ${run} is due to be erased, and cannot be: ${error.message} There may be more; retention.onTrouble hears of each.`;
    process.emitWarning(words, { code });
  };
}
