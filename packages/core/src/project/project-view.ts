import type { ProjectParts } from './project-parts.ts';
import type { RunEntry } from './project-runs.ts';
import type {
  ChecklistItem,
  CheckpointState,
  PhaseState,
  ProjectRun,
  ProjectState,
  TaskCounts,
} from './project-state.ts';
import { countsAt, failedIn, type Standing, standingOf } from './standing.ts';

type Definition = ProjectParts['definition'];

/** What is told of a project as its fold stands: a copy that nothing changes any more. */
export function projectState(fold: ProjectParts): ProjectState {
  const { id, seq, at, definition, standing, paused, rewinding } = fold;
  const runs = fold.runs.list();
  const checkpoints = checkpointsOf(fold);
  const good = [...fold.checkpoints.values()].findLast(
    (one) => !one.hasFailed && countsAt(standing, one.seq),
  );
  return structuredClone({
    id,
    seq,
    at,
    ...(definition?.title === undefined ? {} : { title: definition.title }),
    ...(definition?.metadata === undefined ? {} : { metadata: definition.metadata }),
    definitions: fold.definitions,
    phase: standing.phase,
    phases: phasesOf(definition, standing, runs),
    otherTasks: countsOf(standing, '', runs),
    checklist: checklistOf(definition, standing),
    checkpoints,
    lastGood: good?.name,
    runs: runs.map((entry) => runOf(standing, entry)),
    spent: fold.spending.of('project'),
    questions: runs.reduce((sum, { asking }) => sum + asking.size, 0),
    ...(paused === undefined ? {} : { paused }),
    ...(rewinding === undefined ? {} : { rewinding }),
  });
}

function phasesOf(
  definition: Definition,
  standing: Standing,
  runs: readonly RunEntry[],
): readonly PhaseState[] {
  return (definition?.phases ?? []).map(({ name, deliverables }) => {
    const { status, entries, enteredAt, leftAt, delivered, verdicts } = standingOf(standing, name);
    return {
      name,
      status,
      entries,
      ...(enteredAt === undefined ? {} : { enteredAt }),
      ...(leftAt === undefined ? {} : { leftAt }),
      tasks: countsOf(standing, name, runs),
      deliverables: deliverables.map((one) => {
        const by = delivered.get(one.name);
        return by === undefined ? one : { ...one, delivered: by };
      }),
      verdicts,
    };
  });
}

function countsOf(standing: Standing, phase: string, runs: readonly RunEntry[]): TaskCounts {
  const { verified, skipped } = standingOf(standing, phase);
  let open = 0;
  for (const { tasks } of runs) {
    for (const task of tasks.values()) {
      if (task.phase === phase && task.status === 'open') open += 1;
    }
  }
  return { open, verified, failed: failedIn(standing, phase), skipped };
}

function checklistOf(definition: Definition, { ticks }: Standing): readonly ChecklistItem[] {
  const itemOf = (item: string, phase?: string): ChecklistItem => ({
    item,
    ...(phase === undefined ? {} : { phase }),
    isTicked: ticks.has(item),
    ...ticks.get(item),
  });
  return [
    ...(definition?.checklist ?? []).map((item) => itemOf(item)),
    ...(definition?.phases ?? []).flatMap(({ name, checklist }) =>
      checklist.map((item) => itemOf(item, name)),
    ),
  ];
}

function checkpointsOf({ checkpoints, standing }: ProjectParts): readonly CheckpointState[] {
  return [...checkpoints.values()].map(({ standing: _, hasFailed: __, ...rest }) => ({
    ...rest,
    isUndone: !countsAt(standing, rest.seq),
  }));
}

function runOf(standing: Standing, entry: RunEntry): ProjectRun {
  const { run, title, status, parent, firstSeq, lastSeq, counts } = entry;
  const last = countsAt(standing, lastSeq) ? 'all' : 'part';
  return {
    run,
    title,
    status,
    ...(parent === undefined ? {} : { parent }),
    firstSeq,
    lastSeq,
    tasks: { ...counts },
    counts: countsAt(standing, firstSeq) ? last : 'none',
  };
}
