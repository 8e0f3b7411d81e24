/** What is known of a request and of its model's memory, in tokens. */
export interface WindowNeed {
  /** The request, by estimate. */
  readonly input: number;
  /** Most tokens of the answer, where the request says. */
  readonly output: number | undefined;
  /** The window that the host wants, whatever the request. */
  readonly wanted: number | undefined;
  /** The largest that the model was made for. */
  readonly most: number | undefined;
  /** What it has in memory now. */
  readonly loaded: number | undefined;
}

/** Which window to ask for, and whether the request fits into what the server makes of it. */
export type Window =
  | { readonly kind: 'fits'; readonly tokens: number }
  /** Perhaps: the estimate is not that exact. */
  | { readonly kind: 'tight'; readonly tokens: number }
  | { readonly kind: 'too-small'; readonly tokens: number };

const LEAST = 4_096;
const SMALLEST = 2_048;
/** What is grown to at most without being told, since memory is taken for all of it. */
const MOST_UNASKED = 32_768;
const ROOM_FOR_ANSWER = 2_048;
/** 19 of 20 texts have no more tokens than this times their estimate, and no fewer than that. */
const AT_MOST = 1.25;
const AT_LEAST = 0.7;

/**
 * Decides on `num_ctx`. Another window than what is in memory makes Ollama load the model anew, so one that nobody wants in
 * particular only grows, by doubling, up to 32,768 tokens. Pure.
 */
export function windowFor(need: WindowNeed): Window {
  const most = need.most ?? Number.POSITIVE_INFINITY;
  const tokens = Math.min(need.wanted ?? grown(need), most);
  if (need.input * AT_LEAST > tokens) return { kind: 'too-small', tokens };
  return { kind: need.input * AT_MOST > tokens ? 'tight' : 'fits', tokens };
}

/** Whether a request fits into the smallest window that an Ollama has ever had by itself. Pure. */
export function fitsAnywhere(input: number): boolean {
  return input * AT_MOST <= SMALLEST;
}

function grown({ input, output, loaded = 0 }: WindowNeed): number {
  const room = input * AT_MOST + (output ?? ROOM_FOR_ANSWER);
  const doubled = 2 ** Math.ceil(Math.log2(Math.max(room, LEAST)));
  return Math.max(loaded, Math.min(doubled, MOST_UNASKED));
}

/** Fewer tokens than this share of the estimate were read of no whole request. */
const WHOLE = 0.6;

/** Whether a server has read so little that it must have left something out. Pure. */
export function wasCut(estimate: number, read: number): boolean {
  return read < estimate * WHOLE;
}
