import { Heap } from '../internal/heap.ts';
import type { ToolBreakers } from '../limit/tool-breakers.ts';
import type { ToolLimits } from '../limit/tool-limits.ts';
import type { HeldLine, HeldStep } from './held-steps.ts';

/** What is foretold of a step that its tool keeps waiting. */
export interface HeldPrediction {
  readonly step: HeldStep;
  /** Epoch ms; `undefined` where nobody can say, and `because` says why not. */
  readonly startsAt: number | undefined;
  readonly because: string | undefined;
}

/** What it is foretold from. */
export interface HeldForecastInput {
  /** In the order of their first. */
  readonly lines: readonly HeldLine[];
  readonly limits: ToolLimits;
  readonly tools: Pick<ToolBreakers, 'down'>;
  readonly nowMs: number;
}

/** Starts that are foretold; what comes behind them has no time. */
const MOST = 1_000;

const UNKNOWN = 'nobody knows how long the calls take that its tool makes now';

const TRIED = 'a call that is under way tries whether its tool works again';

interface Future {
  readonly line: HeldLine;
  readonly number: number;
  next: number;
  /** Its next starts no sooner. */
  at: number;
}

/**
 * When steps start that their tools keep waiting, in that order, if nothing new comes: the quotas, tried out over copies.
 * Those of which nobody can say come last. Pure.
 */
export function heldForecast(input: HeldForecastInput): readonly HeldPrediction[] {
  const limits = input.limits.copy();
  const found: HeldPrediction[] = [];
  const unknown: HeldPrediction[] = [];
  const futures = new Heap<Future>(comesBefore);
  for (const [number, line] of input.lines.entries()) {
    futures.push({ line, number, next: 0, at: opensAt(input, line) });
  }
  for (let future = futures.pop(); future !== undefined; future = futures.pop()) {
    const { line, next, at } = future;
    const step = line.steps[next];
    if (step === undefined) continue;
    const held = whyHeld(limits, step, at, found.length);
    if (typeof held === 'string') {
      for (const left of line.steps.slice(next)) {
        unknown.push({ step: left, startsAt: undefined, because: held });
      }
      continue;
    }
    if (held === undefined) {
      found.push({ step, startsAt: at, because: undefined });
      future.next += 1;
    } else future.at = held;
    futures.push(future);
  }
  return [...found, ...unknown];
}

function comesBefore(a: Future, b: Future): boolean {
  return a.at === b.at ? a.number < b.number : a.at < b.at;
}

/** When the tool of a line is no longer out of order; infinity where nobody knows. */
function opensAt({ tools, nowMs }: HeldForecastInput, { steps }: HeldLine): number {
  const tool = steps[0]?.task.task.step?.tool;
  const down = tool === undefined ? undefined : tools.down(tool, nowMs);
  return down === undefined ? nowMs : (down.untilAt ?? Number.POSITIVE_INFINITY);
}

/** Charges a step that can start at a moment; else says until when it cannot, or why nobody knows. */
function whyHeld(
  limits: ToolLimits,
  { call }: HeldStep,
  at: number,
  started: number,
): number | string | undefined {
  if (at === Number.POSITIVE_INFINITY) return TRIED;
  if (started >= MOST) return `more than ${MOST} starts away`;
  if (call === undefined) return undefined;
  const admission = limits.admit(call, at);
  if (admission.kind === 'never') return admission.why;
  if (admission.kind === 'wait') return admission.untilAt ?? UNKNOWN;
  limits.start(`${started}`, call, at, []);
  return undefined;
}
