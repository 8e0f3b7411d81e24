import type { EventDraft } from '../journal/draft.ts';
import { place, planTask } from '../journal/history.fixture.ts';
import { noUsage } from '../journal/run-state.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { PhaseSpec, ProjectDefinition } from '../spec/project.ts';

const PHASES = ['A', 'B', 'C'];

/** A project with three phases and four items. */
const definition: ProjectDefinition = {
  checklist: ['of all'],
  phases: PHASES.map(
    (name): Required<PhaseSpec> => ({
      name,
      deliverables: [{ name: `d${name}`, task: `t${name}` }],
      checklist: [`of ${name}`],
      enter: [],
      leave: [],
      next: PHASES,
    }),
  ),
};

interface Story {
  readonly events: OverseerEvent[];
  /** The tasks of runs that go on. */
  readonly open: Map<string, Map<string, 'open' | 'failed' | 'skipped' | 'done'>>;
  readonly checkpoints: { readonly name: string; readonly seq: number }[];
}

/** A history of a project that could have been: each number picks what happens next. */
export function drawStory(choices: readonly number[]): readonly OverseerEvent[] {
  const story: Story = { events: [], open: new Map(), checkpoints: [] };
  tell(story, { type: 'project.defined', data: definition });
  for (const choice of choices) {
    const which = Math.floor(choice / KINDS.length);
    KINDS[choice % KINDS.length]?.(story, which);
  }
  return story.events;
}

const KINDS: readonly ((story: Story, which: number) => void)[] = [
  enterOne,
  (story, which) => tick(story, which, true),
  (story, which) => tick(story, which, false),
  makeCheckpoint,
  rewind,
  startRun,
  startRun,
  (story, which) => moveTask(story, which, 'task.done'),
  (story, which) => moveTask(story, which, 'task.done'),
  (story, which) => moveTask(story, which, 'task.failed'),
  (story, which) => moveTask(story, which, 'task.skipped'),
  reopen,
  (story, which) => finish(story, pick([...story.open.keys()], which)),
];

function tell({ events }: Story, draft: EventDraft): number {
  const seq = events.length + 1;
  events.push(place(draft, seq));
  return seq;
}

function enterOne(story: Story, which: number): void {
  const phase = pick(PHASES, which) ?? 'A';
  tell(story, { type: 'phase.entered', data: { phase, because: 'x', verdicts: [] } });
  makeCheckpoint(story);
}

function tick(story: Story, which: number, isTicked: boolean): void {
  const item = pick(['of all', 'of A', 'of B', 'of C'], which) ?? 'of all';
  tell(story, { type: 'checklist.changed', data: { item, isTicked } });
}

function makeCheckpoint(story: Story): void {
  const name = `c${story.checkpoints.length}`;
  story.checkpoints.push({ name, seq: tell(story, { type: 'checkpoint.made', data: { name } }) });
}

/** As a project is taken back: what goes on is stopped first. */
function rewind(story: Story, which: number): void {
  const to = pick(story.checkpoints, which);
  if (to === undefined) return;
  const target = { checkpoint: to.name, seq: to.seq, id: `r${story.events.length}` };
  tell(story, { type: 'rewind.started', data: { ...target, because: 'x' } });
  for (const run of [...story.open.keys()]) finish(story, run);
  tell(story, { type: 'project.rewound', data: target });
}

function startRun(story: Story, which: number): void {
  const run = `r${story.events.length}`;
  const keys = ['tA', 'tB', 'u'];
  tell(story, { type: 'run.started', run, data: { title: run } });
  const tasks = keys.map((key, at) => {
    const phase = at === 2 ? undefined : pick(PHASES, which + at);
    return { ...planTask(key, []), ...(phase === undefined ? {} : { phase }) };
  });
  tell(story, { type: 'plan.accepted', run, data: { by: 'host', tasks } });
  story.open.set(run, new Map(keys.map((key) => [key, 'open'])));
}

function moveTask(
  story: Story,
  which: number,
  type: 'task.done' | 'task.failed' | 'task.skipped',
): void {
  const run = pick([...story.open.keys()], which);
  const tasks = story.open.get(run ?? '');
  const task = [...(tasks ?? [])].find(([, status]) => status === 'open')?.[0];
  if (tasks === undefined || task === undefined) return;
  if (type === 'task.done') tell(story, { type, run, task, data: {} });
  else tell(story, { type, run, task, data: { because: 'x' } });
  tasks.set(task, type === 'task.done' ? 'done' : type === 'task.failed' ? 'failed' : 'skipped');
}

function reopen(story: Story, which: number): void {
  const run = pick([...story.open.keys()], which);
  const tasks = story.open.get(run ?? '');
  const isOver = (status: string): boolean => status === 'failed' || status === 'skipped';
  const task = [...(tasks ?? [])].find(([, status]) => isOver(status))?.[0];
  if (tasks === undefined || task === undefined) return;
  tell(story, { type: 'task.reopened', run, task, data: { because: 'x' } });
  tasks.set(task, 'open');
}

function finish(story: Story, run: string | undefined): void {
  if (run === undefined) return;
  for (const [task, status] of story.open.get(run) ?? []) {
    if (status === 'open') tell(story, { type: 'task.skipped', run, task, data: { because: 'x' } });
  }
  story.open.delete(run);
  tell(story, { type: 'run.finished', run, data: { status: 'stopped', usage: noUsage() } });
}

function pick<T>(list: readonly T[], which: number): T | undefined {
  return list[which % Math.max(1, list.length)];
}
