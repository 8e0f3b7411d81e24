import { OverseerError } from '../errors/overseer-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import type { Json } from '../spec/json.ts';
import type { Tool, ToolContext } from '../spec/tool.ts';

/** A result longer than this many characters of JSON is refused, so that one tool cannot fill a context or the journal. */
const RESULT_LIMIT = 262_144;

/** What a tool answered; errors are for the model to read. */
export interface ToolOutcome {
  readonly output: Json;
  readonly isError: boolean;
}

/** What `runTool` adds a signal to. */
export type ToolPlace = Omit<ToolContext, 'signal'>;

/**
 * Runs a checked tool call under its own time limit and checks what comes back. Never throws for what the tool did;
 * throws the reason of `cancel` only when that was aborted. A tool that ignores its signal is not waited for.
 */
export async function runTool(
  tool: Tool,
  input: unknown,
  place: ToolPlace,
  cancel: Cancellation,
): Promise<ToolOutcome> {
  const own = new Cancellation();
  const { promise: ended, reject } = Promise.withResolvers<never>();
  // A signal that nobody reads is never made.
  const ctx: ToolContext = {
    ...place,
    get signal() {
      return own.signal;
    },
  };
  let isLate = false;
  const stopListening = cancel.onAbort((reason) => {
    own.abort(reason);
    reject(reason);
  });
  const timer = setTimeout(() => {
    isLate = true;
    own.abort(new DOMException('The tool took too long.', 'TimeoutError'));
    reject(own.reason);
  }, tool.timeoutMs);
  try {
    const work = tool.execute(input as never, ctx);
    work.catch(() => undefined);
    return checkOutput(tool, await Promise.race([work, ended]));
  } catch (error) {
    if (cancel.aborted) throw error;
    if (isLate) {
      return refusal(`The tool did not answer within ${tool.timeoutMs / 1_000} s and was stopped.`);
    }
    return refusal(OverseerError.is(error) ? error.message : `The tool failed: ${String(error)}`);
  } finally {
    clearTimeout(timer);
    stopListening();
  }
}

function checkOutput(tool: Tool, output: Json): ToolOutcome {
  const parsed = tool.output?.parse(output);
  if (parsed?.ok === false) {
    return refusal(`The tool gave a wrong result, which was dropped: ${parsed.problems.join('; ')}`);
  }
  const size = typeof output === 'string' ? output.length : JSON.stringify(output).length;
  if (size > RESULT_LIMIT) {
    return refusal(`The result has ${size} characters, more than ${RESULT_LIMIT}; ask for less.`);
  }
  return { output, isError: false };
}

function refusal(message: string): ToolOutcome {
  return { output: message, isError: true };
}
