import { type Span, spanMs } from '../internal/span-ms.ts';

/** How what was learned of models is tidied. */
export interface TidyOptions {
  /** How often, at most: in ms, or in days or hours, such as `1d` or `12h`. At least a minute; the default is a day. */
  readonly every?: Span;
  /** How long a finding may not have come before it is let go of, written as `every`. At least a minute; the default is 90 days. */
  readonly forgetAfter?: Span;
}

/** The same with its defaults. */
export interface Tidying {
  /** Between two times, in ms; infinity where it is done on demand alone. */
  readonly everyMs: number;
  readonly forgetMs: number;
}

/** Fills in what was left out; `false` leaves it to whoever asks for it. */
export function tidyingOf(options: TidyOptions | false = {}): Tidying {
  const { every = '1d', forgetAfter = '90d' } = options === false ? {} : options;
  return {
    everyMs: options === false ? Number.POSITIVE_INFINITY : spanMs(every),
    forgetMs: spanMs(forgetAfter),
  };
}
