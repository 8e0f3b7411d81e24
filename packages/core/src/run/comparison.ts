import { defined } from '../internal/defined.ts';
import { countCall } from '../journal/count-call.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { noUsage, type RunningTotals, type TaskStatus } from '../journal/run-state.ts';
import type { UsageTotals } from '../spec/call-amounts.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Verdict } from '../spec/validator.ts';
import type { Run } from './run-handle.ts';

/** How one model did a task that several did side by side. */
export interface ComparedModel {
  readonly model: string;
  /** `done` where its answer passed every check. */
  readonly status: TaskStatus;
  readonly output?: string;
  /** Why it failed. */
  readonly reason?: string;
  /** What the checks of its last attempt said. */
  readonly verdicts: readonly { readonly validator: string; readonly verdict: Verdict }[];
  readonly attempts: number;
  /** Of its own calls; what its reviewers used is in the run's. */
  readonly usage: UsageTotals;
  /** US dollars. */
  readonly cost: number;
  /** All its finished calls together, in ms. */
  readonly durationMs: number;
  /** Until the first piece of its first answer, in ms. */
  readonly firstTokenMs?: number;
}

/** Models at work on one task side by side. */
export interface Comparison {
  readonly run: Run;
  /** How each model did, in the order in which they were named, once the run has ended. Rejects only when the journal itself failed. */
  readonly result: Promise<readonly ComparedModel[]>;
}

/** A comparison whose result is read off the events of its run. */
export function compare(run: Run): Comparison {
  const result = comparisonOf(run);
  result.catch(() => undefined);
  return { run, result };
}

/** Reads the result of a comparison off its events, of a run that another process began too. */
export async function comparisonOf(
  events: AsyncIterable<OverseerEvent>,
): Promise<readonly ComparedModel[]> {
  const runs: Runs = new Map();
  const tallies = new Map<string, Tally>();
  for await (const event of events) {
    foldRun(runs, event);
    if (event.task !== undefined) count(tallyOf(tallies, event.task), event);
  }
  return [...runs.values()].flatMap(({ tasks }) =>
    [...tasks.values()].flatMap(({ task, status, output, because, past, attempt }) => {
      if (task.model === undefined) return [];
      const { verdicts, usage, durationMs, firstTokenMs } = tallyOf(tallies, task.key);
      return [
        {
          model: task.model,
          status,
          verdicts,
          attempts: past.length + (attempt === undefined ? 0 : 1),
          usage,
          cost: usage.microUsd / 1_000_000,
          durationMs,
          ...defined({ output, reason: because, firstTokenMs }),
        },
      ];
    }),
  );
}

/** What is counted of one task beside what its state says. */
interface Tally {
  readonly usage: RunningTotals;
  verdicts: ComparedModel['verdicts'];
  durationMs: number;
  firstTokenMs: number | undefined;
}

function tallyOf(tallies: Map<string, Tally>, task: string): Tally {
  let tally = tallies.get(task);
  if (tally === undefined) {
    tally = { usage: noUsage(), verdicts: [], durationMs: 0, firstTokenMs: undefined };
    tallies.set(task, tally);
  }
  return tally;
}

function count(tally: Tally, event: OverseerEvent): void {
  countCall(tally.usage, event);
  switch (event.type) {
    case 'task.assigned':
      tally.verdicts = [];
      return;
    case 'verdict.given': {
      const { validator, verdict } = event.data;
      tally.verdicts = [...tally.verdicts, { validator, verdict }];
      return;
    }
    case 'call.finished':
      tally.durationMs += event.data.durationMs;
      tally.firstTokenMs ??= event.data.firstTokenMs;
      return;
    default:
  }
}
