import { OverseerError } from '../errors/overseer-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import type { Deadlines } from '../internal/deadlines.ts';
import type { Json } from '../spec/json.ts';
import type { Tool, ToolContext } from '../spec/tool.ts';

/** A result longer than this many characters of JSON is refused, so that one tool cannot fill a context or the journal. */
const RESULT_LIMIT = 262_144;

/** What a tool answered; errors are for the model to read. */
export interface ToolOutcome {
  readonly output: Json;
  readonly isError: boolean;
  /** What the tool stands on failed, rather than that it refused: trying again later may help. */
  readonly isBroken?: boolean;
}

/** What `runTool` adds a signal to. */
export type ToolPlace = Omit<ToolContext, 'signal'>;

/**
 * Runs a checked tool call under its own time limit and checks what comes back. Never rejects for what the tool did;
 * rejects with the reason of `limits.cancel` when that is aborted. A tool that ignores its signal is not waited for.
 */
export function runTool(
  tool: Tool,
  input: unknown,
  place: ToolPlace,
  limits: { readonly cancel: Cancellation; readonly deadlines: Deadlines },
): Promise<ToolOutcome> {
  const { cancel, deadlines } = limits;
  if (cancel.aborted) return Promise.reject(cancel.reason);
  const own = new Cancellation();
  // A signal that nobody reads is never made.
  const ctx: ToolContext = {
    ...place,
    get signal() {
      return own.signal;
    },
  };
  return new Promise((resolve, reject) => {
    const stopListening = cancel.onAbort((reason) => {
      stopWaiting();
      own.abort(reason);
      reject(reason);
    });
    const finish = (outcome: ToolOutcome): void => {
      stopWaiting();
      stopListening();
      resolve(outcome);
    };
    const stopWaiting = deadlines.add(tool.timeoutMs, () => {
      own.abort(new DOMException('The tool took too long.', 'TimeoutError'));
      finish(broken(`The tool did not answer within ${tool.timeoutMs / 1_000} s and was stopped.`));
    });
    execute(tool, input, ctx).then(finish, () => finish(broken('The tool failed without words.')));
  });
}

async function execute(tool: Tool, input: unknown, ctx: ToolContext): Promise<ToolOutcome> {
  try {
    return checkOutput(tool, await tool.execute(input, ctx));
  } catch (error) {
    if (!OverseerError.is(error)) return broken(`The tool failed: ${String(error)}`);
    return error.retryable ? broken(error.message) : refusal(error.message);
  }
}

function checkOutput(tool: Tool, output: Json): ToolOutcome {
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
