import {
  type CostRange,
  type Count,
  NONE,
  nested,
  oneOf,
  plus,
  type Quantity,
  rangeOf,
  times,
} from './quantity.ts';

/** What one call to one model is expected to use. Prices are in micro-dollars per token, as US dollars per million are. */
export interface CallOutlook {
  readonly model: string;
  /** How likely it is that this model makes the call; those of all outlooks of a call add up to 1. */
  readonly weight: number;
  /** Tokens. */
  readonly input: Count;
  readonly output: Count;
  /** `undefined` where nobody knows what the model costs. */
  readonly price:
    | { readonly input: number; readonly output: number; readonly request: number }
    | undefined;
}

/** What is expected of one task. */
export interface TaskOutlook {
  readonly key: string;
  readonly title: string;
  /** Tasks of one kind have in common what is not known of that kind. */
  readonly kind: string;
  /** The models that could make its calls; none where it needs no model. */
  readonly calls: readonly CallOutlook[];
  readonly callsPerAttempt: Count;
  readonly attempts: Count;
  /** The models that could make a review. */
  readonly reviews: readonly CallOutlook[];
  readonly reviewsPerAttempt: number;
}

/** What something will use. `usd` is in US dollars, and `undefined` where a model without a price may take part. */
export interface CostForecast {
  readonly calls: CostRange;
  readonly inputTokens: CostRange;
  readonly outputTokens: CostRange;
  readonly usd: CostRange | undefined;
}

/** What one task will use. */
export interface TaskForecast extends CostForecast {
  readonly key: string;
  readonly title: string;
  /** The model that comes first, if it needs one. */
  readonly model: string | undefined;
}

/** What a graph of tasks will use. */
export interface GraphForecast {
  readonly tasks: readonly TaskForecast[];
  readonly total: CostForecast;
}

type Amounts = Readonly<Record<'calls' | 'inputTokens' | 'outputTokens' | 'usd', Quantity>>;

/**
 * What tasks will use before any of them runs: calls with their repairs and reviews, tokens, dollars, each with a range
 * that holds the truth in nine of ten cases. What tasks of one kind have in common is not known better for there being
 * many of them, so that ranges of a total do not shrink to nothing. Pure.
 */
export function projectCost(outlooks: readonly TaskOutlook[]): GraphForecast {
  const amounts = outlooks.map((outlook) => ({ outlook, amounts: amountsOf(outlook) }));
  const groups = new Map<string, Amounts>();
  for (const one of amounts) {
    const { kind } = one.outlook;
    groups.set(kind, sum(groups.get(kind), one.amounts));
  }
  const isPriced = outlooks.every(hasPrices);
  const floor = outlooks.filter(({ calls }) => calls.length > 0).length;
  return {
    tasks: amounts.map(({ outlook, amounts: own }) => ({
      key: outlook.key,
      title: outlook.title,
      model: outlook.calls[0]?.model,
      ...forecast([own], hasPrices(outlook), Math.min(1, outlook.calls.length)),
    })),
    total: forecast([...groups.values()], isPriced, floor),
  };
}

function forecast(groups: readonly Amounts[], isPriced: boolean, calls: number): CostForecast {
  const range = (metric: keyof Amounts, floor = 0): CostRange =>
    rangeOf(
      groups.map((group) => group[metric]),
      floor,
    );
  const { low, expected, high } = range('calls', calls);
  const microUsd = isPriced ? range('usd') : undefined;
  return {
    calls: { low: Math.floor(low), expected, high: Math.ceil(high) },
    inputTokens: whole(range('inputTokens')),
    outputTokens: whole(range('outputTokens')),
    usd: microUsd === undefined ? undefined : dollars(microUsd),
  };
}

function amountsOf({
  calls,
  callsPerAttempt,
  attempts,
  reviews,
  reviewsPerAttempt,
}: TaskOutlook): Amounts {
  const reviewed = { mean: reviewsPerAttempt, variance: 0, off: 0 };
  return sum(
    amountsOfCalls(calls, nested(attempts, callsPerAttempt)),
    amountsOfCalls(reviews, nested(attempts, reviewed)),
  );
}

function amountsOfCalls(calls: readonly CallOutlook[], count: Count): Amounts {
  if (calls.length === 0) return { calls: NONE, inputTokens: NONE, outputTokens: NONE, usd: NONE };
  // Which of several models is at hand is the same for all tasks of a kind.
  const mixed = (amount: (call: CallOutlook) => Quantity): Quantity =>
    times(
      oneOf(
        calls.map((call) => ({ ...amount(call), weight: call.weight })),
        true,
      ),
      count,
    );
  return {
    calls: mixed(() => ({ mean: 1, own: 0, shared: 0 })),
    inputTokens: mixed(inputOf),
    outputTokens: mixed(outputOf),
    usd: mixed(usdOf),
  };
}

function inputOf({ input: { mean, variance, off } }: CallOutlook): Quantity {
  return { mean, own: variance, shared: off * mean };
}

function outputOf({ output: { mean, variance, off } }: CallOutlook): Quantity {
  return { mean, own: variance, shared: off * mean };
}

function usdOf(call: CallOutlook): Quantity {
  const { input = 0, output = 0, request = 0 } = call.price ?? {};
  const read = inputOf(call);
  const written = outputOf(call);
  return {
    mean: read.mean * input + written.mean * output + request,
    own: read.own * input ** 2 + written.own * output ** 2,
    shared: Math.hypot(read.shared * input, written.shared * output),
  };
}

function sum(a: Amounts | undefined, b: Amounts): Amounts {
  if (a === undefined) return b;
  return {
    calls: plus(a.calls, b.calls),
    inputTokens: plus(a.inputTokens, b.inputTokens),
    outputTokens: plus(a.outputTokens, b.outputTokens),
    usd: plus(a.usd, b.usd),
  };
}

function hasPrices({ calls, reviews, reviewsPerAttempt }: TaskOutlook): boolean {
  const all = reviewsPerAttempt > 0 ? [...calls, ...reviews] : calls;
  return all.every(({ price }) => price !== undefined);
}

function whole({ low, expected, high }: CostRange): CostRange {
  return { low: Math.floor(low), expected: Math.round(expected), high: Math.ceil(high) };
}

function dollars({ low, expected, high }: CostRange): CostRange {
  return {
    low: Math.floor(low) / 1e6,
    expected: Math.round(expected) / 1e6,
    high: Math.ceil(high) / 1e6,
  };
}
