import type { OverseerEvent, StateStore } from '@overseer/core/spec';

/** What the journals of all projects tell. */
export interface JournalTally {
  /** One sentence for each promise that was broken. */
  readonly violations: readonly string[];
  readonly events: number;
  readonly finishedRuns: number;
  readonly unfinishedRuns: number;
  readonly doneTasks: number;
  /** Tasks that a tool did. */
  readonly markTasks: number;
  /** Calls that were started. */
  readonly calls: number;
  /** Micro-dollars that were charged, for sure or by estimate. */
  readonly chargedMicroUsd: number;
  readonly takeovers: number;
  readonly lateReplies: number;
}

/** Reads every stream to its end, and checks what must hold however often its writers died. */
export async function checkJournals(store: StateStore): Promise<JournalTally> {
  const tallies = await Promise.all(
    (await store.events.streams())
      .filter((stream) => stream.startsWith('project/'))
      .map(async (stream) => tallyOf(stream, await readAll(store, stream))),
  );
  const sum = (of: (tally: JournalTally) => number): number =>
    tallies.reduce((all, tally) => all + of(tally), 0);
  return {
    violations: tallies.flatMap(({ violations }) => violations),
    events: sum(({ events }) => events),
    finishedRuns: sum(({ finishedRuns }) => finishedRuns),
    unfinishedRuns: sum(({ unfinishedRuns }) => unfinishedRuns),
    doneTasks: sum(({ doneTasks }) => doneTasks),
    markTasks: sum(({ markTasks }) => markTasks),
    calls: sum(({ calls }) => calls),
    chargedMicroUsd: sum(({ chargedMicroUsd }) => chargedMicroUsd),
    takeovers: sum(({ takeovers }) => takeovers),
    lateReplies: sum(({ lateReplies }) => lateReplies),
  };
}

async function readAll(store: StateStore, stream: string): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for (;;) {
    const after = events.at(-1)?.seq ?? 0;
    const page = await store.events.read({ stream, after, limit: 10_000 });
    if (page.length === 0) return events;
    events.push(...page);
  }
}

function tallyOf(stream: string, events: readonly OverseerEvent[]): JournalTally {
  const of = (type: string): readonly OverseerEvent[] =>
    events.filter((event) => event.type === type);
  const done = of('task.done');
  const started = of('run.started').length;
  const finished = of('run.finished').length;
  const byTool = new Set(
    of('plan.accepted').flatMap(({ run, data }) =>
      (data as OverseerEvent<'plan.accepted'>['data']).tasks
        .filter(({ step }) => step !== undefined)
        .map(({ key }) => `${run}/${key}`),
    ),
  );
  const settled = [...of('call.finished'), ...of('call.failed')];
  return {
    violations: [
      ...placeProblems(stream, events),
      ...epochProblems(stream, events),
      ...twice(
        stream,
        'task',
        done.map(({ run, task }) => `${run}/${task}`),
      ),
      ...twice(
        stream,
        'end of the run',
        of('run.finished').map(({ run }) => String(run)),
      ),
      ...twice(
        stream,
        'answer of the call',
        of('call.finished').map(({ call }) => String(call)),
      ),
    ],
    events: events.length,
    finishedRuns: finished,
    unfinishedRuns: started - finished,
    doneTasks: done.length,
    markTasks: done.filter(({ run, task }) => byTool.has(`${run}/${task}`)).length,
    calls: of('call.started').length,
    chargedMicroUsd: settled.reduce(
      (all, { data }) => all + (data as OverseerEvent<'call.finished'>['data']).settled.microUsd,
      0,
    ),
    takeovers: of('lease.taken').length,
    lateReplies: of('reply.late').length,
  };
}

function placeProblems(stream: string, events: readonly OverseerEvent[]): readonly string[] {
  const hole = events.findIndex(({ seq }, index) => seq !== index + 1);
  const problems = hole < 0 ? [] : [`${stream} has a hole before seq ${events[hole]?.seq}.`];
  return [
    ...problems,
    ...twice(
      stream,
      'event',
      events.map(({ id }) => id),
    ),
  ];
}

/** Whoever takes a stream over has a higher epoch, and nobody writes under a lower one from then on. */
function epochProblems(stream: string, events: readonly OverseerEvent[]): readonly string[] {
  const problems: string[] = [];
  let epoch = 0;
  for (const event of events) {
    const rises = event.type === 'lease.taken' ? event.epoch > epoch : event.epoch === epoch;
    if (!rises)
      problems.push(`${stream}: seq ${event.seq} has epoch ${event.epoch} after ${epoch}.`);
    epoch = Math.max(epoch, event.epoch);
  }
  return problems;
}

function twice(stream: string, what: string, names: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  const again = names.filter((name) => seen.has(name) || !seen.add(name));
  return again.map((name) => `${stream}: the ${what} ${name} is there twice.`);
}
