/** A request by estimate, in tokens. */
export interface EstimatedInput {
  readonly input: number;
  /** How far that may be off, which depends on what its texts are written in. */
  readonly within: number;
}

/** What is known of a request and of its model's memory, in tokens. */
export interface WindowNeed extends EstimatedInput {
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
/** No text has a smaller share of its estimate, in whatever it is written. */
const LEAST_SHARE = 0.35;

/**
 * Decides on `num_ctx`. Another window than what is in memory makes Ollama load the model anew, so one that nobody wants in
 * particular only grows, by doubling, up to 32,768 tokens. Pure.
 */
export function windowFor(need: WindowNeed): Window {
  const most = need.most ?? Number.POSITIVE_INFINITY;
  const tokens = Math.min(need.wanted ?? grown(need), most);
  if (atLeast(need) > tokens) return { kind: 'too-small', tokens };
  return { kind: atMost(need) > tokens ? 'tight' : 'fits', tokens };
}

/** Whether a request fits into the smallest window that an Ollama has ever had by itself. Pure. */
export function fitsAnywhere(estimated: EstimatedInput): boolean {
  return atMost(estimated) <= SMALLEST;
}

function grown(need: WindowNeed): number {
  const { output, loaded = 0 } = need;
  const room = atMost(need) + (output ?? ROOM_FOR_ANSWER);
  const doubled = 2 ** Math.ceil(Math.log2(Math.max(room, LEAST)));
  return Math.max(loaded, Math.min(doubled, MOST_UNASKED));
}

/** What 19 of 20 texts have no more tokens than, and no fewer. */
function atMost({ input, within }: EstimatedInput): number {
  return input + within;
}
function atLeast({ input, within }: EstimatedInput): number {
  return Math.max(input - within, input * LEAST_SHARE);
}

/** So much less than the least that is expected, as a share of the estimate, was read of no whole request. */
const DOUBT = 0.1;

/** Whether a server has read so little that it must have left something out. Pure. */
export function wasCut(estimated: EstimatedInput, read: number): boolean {
  return read < atLeast(estimated) - estimated.input * DOUBT;
}
