import type { OverseerEvent } from '../spec/event.ts';
import type { CriterionVerdict, PhaseSpec } from '../spec/project.ts';
import type { DeliverableState, PhaseState } from './project-state.ts';

/** How a phase stands, as it grows. */
export interface PhaseStanding {
  status: PhaseState['status'];
  entries: number;
  enteredAt: number | undefined;
  leftAt: number | undefined;
  verified: number;
  skipped: number;
  /** By the name of the deliverable. */
  readonly delivered: Map<string, NonNullable<DeliverableState['delivered']>>;
  verdicts: readonly CriterionVerdict[];
}

/** A stretch of the journal that counts for the project: from one `seq` to another, both included. */
interface Stretch {
  readonly from: number;
  to: number;
}

/** What of a project goes back when it is taken back; tasks of no phase are those of the phase ''. */
export interface Standing {
  phase: string | undefined;
  readonly phases: Map<string, PhaseStanding>;
  /** Ticked items of the checklist. */
  readonly ticks: Map<string, { readonly at: number; readonly by: string }>;
  /** How many tasks of each phase failed, by run; a run that was forked has its failures no more. */
  readonly failed: Map<string, Map<string, number>>;
  /** What counts, oldest first; the last stretch goes on. */
  readonly line: Stretch[];
}

/** A project of which nothing has happened. */
export function newStanding(): Standing {
  return {
    phase: undefined,
    phases: new Map(),
    ticks: new Map(),
    failed: new Map(),
    line: [{ from: 0, to: Number.POSITIVE_INFINITY }],
  };
}

/** The same as it stands now, whatever happens to the other. */
export function copyStanding({ phase, phases, ticks, failed, line }: Standing): Standing {
  return {
    phase,
    phases: new Map(
      [...phases].map(([name, one]) => [name, { ...one, delivered: new Map(one.delivered) }]),
    ),
    ticks: new Map(ticks),
    failed: new Map([...failed].map(([run, counts]) => [run, new Map(counts)])),
    line: line.map((stretch) => ({ ...stretch })),
  };
}

/** The standing that was kept at `seq`, gone on with from the event `now` on. */
export function standingAgain(kept: Standing, seq: number, now: number): Standing {
  const standing = copyStanding(kept);
  const last = standing.line.at(-1);
  if (last !== undefined) last.to = Math.min(last.to, seq);
  standing.line.push({ from: now, to: Number.POSITIVE_INFINITY });
  return standing;
}

/** Whether an event counts for the project. */
export function countsAt({ line }: Standing, seq: number): boolean {
  return line.some(({ from, to }) => from <= seq && seq <= to);
}

/** How a phase stands; one of which nothing has happened yet begins to. */
export function standingOf({ phases }: Standing, name: string): PhaseStanding {
  let phase = phases.get(name);
  if (phase === undefined) {
    phase = {
      status: 'ahead',
      entries: 0,
      enteredAt: undefined,
      leftAt: undefined,
      verified: 0,
      skipped: 0,
      delivered: new Map(),
      verdicts: [],
    };
    phases.set(name, phase);
  }
  return phase;
}

/** The project came into a phase: what comes after that one is to be gone through again. */
export function enterPhase(
  standing: Standing,
  phases: readonly Required<PhaseSpec>[],
  { at, data }: OverseerEvent<'phase.entered'>,
): void {
  const names = phases.map(({ name }) => name);
  const target = names.indexOf(data.phase);
  const { phase: left } = standing;
  if (left !== undefined) {
    const one = standingOf(standing, left);
    one.status = names.indexOf(left) < target ? 'done' : 'left';
    one.leftAt = at;
  }
  for (const name of names.slice(target + 1)) {
    const later = standingOf(standing, name);
    if (later.status === 'done') later.status = 'left';
  }
  const entered = standingOf(standing, data.phase);
  entered.status = 'current';
  entered.entries += 1;
  entered.enteredAt = at;
  entered.leftAt = undefined;
  entered.verdicts = data.verdicts;
  standing.phase = data.phase;
}

/** Counts tasks of a run that failed in a phase, or no longer. */
export function countFailed({ failed }: Standing, run: string, phase: string, by: 1 | -1): void {
  const counts = failed.get(run) ?? new Map<string, number>();
  counts.set(phase, Math.max(0, (counts.get(phase) ?? 0) + by));
  failed.set(run, counts);
}

/** How many tasks of a phase failed, of runs that nobody went on from. */
export function failedIn({ failed }: Standing, phase?: string): number {
  let sum = 0;
  for (const counts of failed.values()) {
    for (const [name, count] of counts) if (phase === undefined || name === phase) sum += count;
  }
  return sum;
}
