import { describe, expect, it } from 'vitest';
import { ToolError } from '../errors/tool-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import { Deadlines } from '../internal/deadlines.ts';
import type { Json } from '../spec/json.ts';
import type { Tool, ToolContext } from '../spec/tool.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { runTool, type ToolOutcome } from './run-tool.ts';
import { textSchema, toolOf } from './tool.fixture.ts';

describe('runTool', () => {
  it('T1: gives what the tool gives, and the tool its input and its place', async () => {
    let seen: ToolContext | undefined;
    const tool = toolOf({
      execute: async (input, ctx) => {
        seen = ctx;
        return { was: input };
      },
    });
    const { outcome } = run(tool, { path: 'a.ts' });
    expect(await outcome).toEqual({ output: { was: { path: 'a.ts' } }, isError: false });
    expect(seen).toMatchObject({ run: 'r', task: 't', attempt: 'a', key: 'k', files: ['a.ts'] });
    expect(seen?.signal.aborted).toBe(false);
  });

  it('T6 R10: what the tool throws goes back to the model in words, thrown early or late', async () => {
    const isBroken = { isBroken: true };
    const failures: readonly [unknown, string, object][] = [
      [new ToolError('tool.not-found', 'There is no a.ts.'), 'There is no a.ts.', {}],
      [new ToolError('tool.gone', 'Gone.', { retryable: true }), 'Gone.', isBroken],
      [new Error('EIO'), 'The tool failed: Error: EIO', isBroken],
      ['text', 'The tool failed: text', isBroken],
      [Object.create(null), 'The tool failed without words.', isBroken],
    ];
    for (const [error, output, broken] of failures) {
      const rejecting = toolOf({ execute: () => Promise.reject(error) });
      expect(await run(rejecting).outcome).toEqual({ output, isError: true, ...broken });
      const throwing = toolOf({
        execute: () => {
          throw error;
        },
      });
      expect(await run(throwing).outcome).toEqual({ output, isError: true, ...broken });
    }
  });

  it('T6: drops a result that the output schema does not take', async () => {
    const tool = toolOf({ output: textSchema, execute: async () => 7 });
    expect(await run(tool).outcome).toEqual({
      output: 'The tool gave a wrong result, which was dropped: expected text; at the root',
      isError: true,
    });
  });

  it('T6: refuses a result that would fill a context', async () => {
    const giving = (output: Json): Promise<ToolOutcome> =>
      run(toolOf({ execute: async () => output })).outcome;
    expect(await giving('x'.repeat(262_144))).toMatchObject({ isError: false });
    expect(await giving('x'.repeat(262_145))).toEqual({
      output: 'The result has 262145 characters, more than 262144; ask for less.',
      isError: true,
    });
    expect(await giving(['x'.repeat(262_140)])).toMatchObject({ isError: false });
    expect(await giving(['x'.repeat(262_141)])).toMatchObject({ isError: true });
  });

  it('X5: takes no result for null, and refuses one that is no JSON', async () => {
    const giving = (output: unknown): Promise<ToolOutcome> =>
      run(toolOf({ execute: async () => output as Json })).outcome;
    expect(await giving(undefined)).toEqual({ output: null, isError: false });
    const circle: unknown[] = [];
    circle.push(circle);
    expect(await giving(circle)).toMatchObject({ isError: true, output: /circular/ });
    expect(await giving(1n)).toMatchObject({ isError: true, output: /BigInt/ });
  });

  it('T1: stops a tool at its time limit, one that ignores its signal too', async () => {
    let signal: AbortSignal | undefined;
    const tool = toolOf({
      timeoutMs: 2_500,
      execute: (_input, ctx) => {
        signal = ctx.signal;
        return new Promise(() => undefined);
      },
    });
    const { outcome, clock } = run(tool);
    clock.advance(2_499);
    expect(signal?.aborted).toBe(false);
    clock.advance(101);
    expect(await outcome).toEqual({
      output: 'The tool did not answer within 2.5 s and was stopped.',
      isError: true,
      inDoubt: true,
      isBroken: true,
    });
    expect(signal?.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('K6: rejects with the reason when it is cancelled, and does not wait for the tool', async () => {
    let stopped: unknown;
    const tool = toolOf({
      execute: (_input, ctx) => {
        ctx.signal.addEventListener('abort', () => {
          stopped = ctx.signal.reason;
        });
        return new Promise(() => undefined);
      },
    });
    const { outcome, cancel, clock } = run(tool);
    cancel.abort('the run was cancelled');
    await expect(outcome).rejects.toBe('the run was cancelled');
    expect(stopped).toBe('the run was cancelled');
    clock.advance(200);
    expect(clock.pending).toBe(0);
  });

  it('K6: runs nothing when it was cancelled before', async () => {
    let ran = false;
    const tool = toolOf({
      execute: async () => {
        ran = true;
        return 'done';
      },
    });
    const cancel = new Cancellation();
    cancel.abort('too late');
    await expect(run(tool, null, cancel).outcome).rejects.toBe('too late');
    expect(ran).toBe(false);
  });

  it('K6: what a tool still does after it was stopped changes nothing', async () => {
    const late = Promise.withResolvers<Json>();
    const { outcome, clock } = run(toolOf({ execute: () => late.promise }));
    clock.advance(1_200);
    const first = await outcome;
    late.reject(new Error('too late'));
    await new Promise((resolve) => setTimeout(resolve, 1));
    expect(await outcome).toBe(first);
    expect(first.isError).toBe(true);
  });

  it('K6: lets go of the clock and of the cancellation when the tool is done', async () => {
    const { outcome, clock, cancel } = run(toolOf());
    expect(await outcome).toEqual({ output: 'done', isError: false });
    cancel.abort('nobody listens');
    clock.advance(200);
    expect(clock.pending).toBe(0);
  });
});

function run(
  tool: Tool,
  input: Json = null,
  cancel: Cancellation = new Cancellation(),
): {
  readonly outcome: Promise<ToolOutcome>;
  readonly clock: ReturnType<typeof createFakeClock>;
  readonly cancel: Cancellation;
} {
  const clock = createFakeClock();
  const place = { run: 'r', task: 't', attempt: 'a', key: 'k', files: ['a.ts'] };
  const outcome = runTool(tool, input, place, { cancel, deadlines: new Deadlines(clock) });
  return { outcome, clock, cancel };
}
