import { OverseerError } from '../errors/overseer-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import type { Deadlines } from '../internal/deadlines.ts';
import { type Patience, within } from '../internal/within.ts';
import type { Json } from '../spec/json.ts';
import type { Tool, ToolContext } from '../spec/tool.ts';
import type { ToolRefusal } from '../spec/tool-caller.ts';

/** A result longer than this many characters of JSON is refused, so that one tool cannot fill a context or the journal. */
const RESULT_LIMIT = 262_144;

/** What a tool answered; errors are for the model to read. */
export interface ToolOutcome {
  readonly output: Json;
  readonly isError: boolean;
  /** It was not waited for any longer: whether it happened is unknown. */
  readonly inDoubt?: boolean;
  /** What the tool stands on failed, rather than that it refused: trying again later may help. */
  readonly isBroken?: boolean;
  /** Why it was not called. */
  readonly refused?: ToolRefusal;
}

/** What `runTool` adds a signal to. */
export type ToolPlace = Omit<ToolContext, 'signal'>;

/** What bounds a tool call. */
export interface ToolBounds {
  readonly cancel: Cancellation;
  readonly deadlines: Deadlines;
}

/**
 * Runs a checked tool call under its own time limit and checks what comes back. Never rejects for what the tool did;
 * rejects with the reason of `bounds.cancel` when that is aborted. A tool that ignores its signal is not waited for.
 */
export function runTool(
  tool: Tool,
  input: unknown,
  place: ToolPlace,
  bounds: ToolBounds,
): Promise<ToolOutcome> {
  return runToolThen(tool, input, place, bounds, (outcome) => outcome);
}

/** As `runTool`, for what `then` makes of the outcome as soon as there is one; rejects with what it throws. */
export function runToolThen<R>(
  tool: Tool,
  input: unknown,
  place: ToolPlace,
  bounds: ToolBounds,
  then: (outcome: ToolOutcome) => R,
): Promise<R> {
  const { cancel } = bounds;
  if (cancel.aborted) return Promise.reject(cancel.reason);
  const own = new Cancellation();
  let work: Promise<Json>;
  try {
    work = tool.execute(input, contextOf(place, own));
  } catch (error) {
    return Promise.resolve(failure(error)).then(then);
  }
  return within(Promise.resolve(work), own, new ToolPatience(tool, bounds, then));
}

/** How long a tool is waited for, and what its end means. A class, because calls are many and closures are dear. */
class ToolPatience<R> implements Patience<Json, R> {
  readonly #tool: Tool;
  readonly #then: (outcome: ToolOutcome) => R;
  readonly cancel: Cancellation;
  readonly deadlines: Deadlines;
  readonly timeoutMs: number;

  constructor(tool: Tool, { cancel, deadlines }: ToolBounds, then: (outcome: ToolOutcome) => R) {
    this.#tool = tool;
    this.#then = then;
    this.cancel = cancel;
    this.deadlines = deadlines;
    this.timeoutMs = tool.timeoutMs;
  }

  done(output: Json): R {
    return this.#then(checkOutput(this.#tool, output));
  }

  failed(error: unknown): R {
    return this.#then(failure(error));
  }

  late(): R {
    const words = `The tool did not answer within ${this.timeoutMs / 1_000} s and was stopped.`;
    return this.#then({ ...broken(words), inDoubt: true });
  }
}

/** What a tool sees of its call. A class, because objects with a getter of their own are slow to make. */
class OwnContext {
  readonly #own: Cancellation;
  readonly run: string;
  readonly task: string;
  readonly attempt: string;
  readonly key: string;
  readonly files: readonly string[];

  constructor({ run, task, attempt, key, files }: ToolPlace, own: Cancellation) {
    this.#own = own;
    this.run = run;
    this.task = task;
    this.attempt = attempt;
    this.key = key;
    this.files = files;
  }

  /** A signal that nobody reads is never made. */
  get signal(): AbortSignal {
    return this.#own.signal;
  }
}

function contextOf(place: ToolPlace, own: Cancellation): ToolContext {
  const context = new OwnContext(place, own);
  return place.workspace === undefined
    ? context
    : Object.assign(context, { workspace: place.workspace });
}

function failure(error: unknown): ToolOutcome {
  try {
    if (!OverseerError.is(error)) return broken(`The tool failed: ${String(error)}`);
    return error.retryable ? broken(error.message) : refusal(error.message);
  } catch {
    return broken('The tool failed without words.');
  }
}

function checkOutput(tool: Tool, output: Json): ToolOutcome {
  try {
    return checked(tool, output);
  } catch (error) {
    return failure(error);
  }
}

function checked(tool: Tool, output: Json): ToolOutcome {
  const parsed = tool.output?.parse(output);
  if (parsed?.ok === false) {
    return refusal(
      `The tool gave a wrong result, which was dropped: ${parsed.problems.join('; ')}`,
    );
  }
  const json = typeof output === 'string' ? output : JSON.stringify(output);
  // It did its work and said nothing; that is no value of the language, but it has one in JSON.
  if (json === undefined) return { output: null, isError: false };
  const size = json.length;
  if (size > RESULT_LIMIT) {
    return refusal(`The result has ${size} characters, more than ${RESULT_LIMIT}; ask for less.`);
  }
  return { output, isError: false };
}

function refusal(message: string): ToolOutcome {
  return { output: message, isError: true };
}

function broken(message: string): ToolOutcome {
  return { output: message, isError: true, isBroken: true };
}
