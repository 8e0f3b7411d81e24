import { OverseerError } from '../errors/overseer-error.ts';
import type { Json } from '../spec/json.ts';
import type { Tool, ToolContext } from '../spec/tool.ts';

/** A result longer than this many characters of JSON is refused, so that one tool cannot fill a context or the journal. */
const RESULT_LIMIT = 262_144;

/** What a tool answered; errors are for the model to read. */
export interface ToolOutcome {
  readonly output: Json;
  readonly isError: boolean;
}

/**
 * Runs a checked tool call under its own time limit and checks what comes back. Never throws for what the tool did;
 * throws only when `ctx.signal` aborted.
 */
export async function runTool(tool: Tool, input: unknown, ctx: ToolContext): Promise<ToolOutcome> {
  const timeout = AbortSignal.timeout(tool.timeoutMs);
  const signal = AbortSignal.any([ctx.signal, timeout]);
  try {
    const output = await untilAborted(tool.execute(input as never, { ...ctx, signal }), signal);
    return checkOutput(tool, output);
  } catch (error) {
    if (ctx.signal.aborted) throw error;
    if (timeout.aborted) {
      return refusal(`The tool did not answer within ${tool.timeoutMs / 1_000} s and was stopped.`);
    }
    return refusal(OverseerError.is(error) ? error.message : `The tool failed: ${String(error)}`);
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

/** A tool that ignores its signal must not hold the attempt. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    work.catch(() => undefined);
  }
}
