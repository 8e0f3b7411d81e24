import { Spending } from '../journal/spending.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { ProjectDefinition } from '../spec/project.ts';
import type { PlanTask } from '../spec/task.ts';
import type { KeptCheckpoint, ProjectParts } from './project-parts.ts';
import { addTasks, foldQuestions, moveTask, ProjectRuns, type RunEntry } from './project-runs.ts';
import type { ProjectState } from './project-state.ts';
import { projectState } from './project-view.ts';
import {
  copyStanding,
  countFailed,
  enterPhase,
  failedIn,
  newStanding,
  type Standing,
  standingAgain,
  standingOf,
} from './standing.ts';

/**
 * A project as its events tell it: a fold that takes each event of the journal once, in order. Nothing is ever taken
 * out of it: a rewind is an event like any other, after which the project stands as it stood at a checkpoint.
 */
export class ProjectFold implements ProjectParts {
  readonly id: string;
  readonly spending: Spending = new Spending();
  readonly runs: ProjectRuns = new ProjectRuns();
  /** By name, in the order in which they were made. */
  readonly checkpoints: Map<string, KeptCheckpoint> = new Map();
  standing: Standing = newStanding();
  definition: ProjectDefinition | undefined;
  definitions = 0;
  seq = 0;
  at: number | undefined;
  paused: string | undefined;
  rewinding: string | undefined;
  #phaseNames: ReadonlySet<string> = new Set();

  constructor(id: string) {
    this.id = id;
  }

  /** Takes one event into account. */
  take(event: OverseerEvent): void {
    this.seq = event.seq;
    this.at = event.at;
    this.spending.take(event);
    if (event.run === undefined) this.#project(event);
    else if (event.type === 'run.started') this.runs.start(event);
    else {
      const entry = this.runs.get(event.run);
      if (entry !== undefined) this.#run(entry, event);
    }
  }

  /** How it stands. */
  state(): ProjectState {
    return projectState(this);
  }

  #project(event: OverseerEvent): void {
    switch (event.type) {
      case 'project.defined':
        this.definition = event.data;
        this.definitions += 1;
        this.#phaseNames = new Set(event.data.phases.map(({ name }) => name));
        return;
      case 'phase.entered':
        enterPhase(this.standing, this.definition?.phases ?? [], event);
        return;
      case 'phase.refused':
        standingOf(this.standing, event.data.phase).verdicts = event.data.verdicts;
        return;
      case 'checklist.changed':
        this.#tick(event);
        return;
      case 'checkpoint.made':
        this.#keep(event);
        return;
      case 'rewind.started':
        this.rewinding = event.data.checkpoint;
        return;
      case 'rewind.refused':
        this.rewinding = undefined;
        return;
      case 'project.rewound':
        this.#rewind(event);
        return;
      case 'project.paused':
        this.paused = event.data.because;
        return;
      case 'project.resumed':
        this.paused = undefined;
        return;
      default:
    }
  }

  #run(entry: RunEntry, event: OverseerEvent): void {
    entry.lastSeq = event.seq;
    foldQuestions(entry, event);
    switch (event.type) {
      case 'plan.accepted':
        addTasks(entry, event.data.tasks, (task) => this.#phaseOf(task));
        return;
      case 'run.forked':
        // What failed there is the fork's to do.
        this.standing.failed.delete(event.data.parent);
        this.runs.fork(entry, event.data.parent);
        return;
      case 'run.suspended':
        entry.status = 'suspended';
        return;
      case 'run.resumed':
        entry.status = 'running';
        return;
      case 'run.finished':
        this.runs.finish(entry, event.data.status);
        return;
      case 'change.accepted':
        this.#deliver(event, ({ file }) => file !== undefined && event.data.files.includes(file));
        return;
      default:
        this.#task(entry, event);
    }
  }

  #task(entry: RunEntry, event: OverseerEvent): void {
    const task = event.task === undefined ? undefined : entry.tasks.get(event.task);
    if (task === undefined) return;
    const phase = standingOf(this.standing, task.phase);
    switch (event.type) {
      case 'task.done':
        moveTask(entry, task, 'verified');
        // What a fork takes over counts for its parent already.
        if (event.data.takenOver !== undefined) return;
        phase.verified += 1;
        this.#deliver(event, (one) => one.task !== undefined && one.task === event.task);
        return;
      case 'task.failed':
        moveTask(entry, task, 'failed');
        countFailed(this.standing, entry.run, task.phase, 1);
        return;
      case 'task.skipped':
        moveTask(entry, task, 'skipped');
        phase.skipped += 1;
        return;
      case 'task.reopened':
        if (task.status === 'failed') countFailed(this.standing, entry.run, task.phase, -1);
        if (task.status === 'skipped') phase.skipped -= 1;
        moveTask(entry, task, 'open');
        return;
      default:
    }
  }

  #deliver(
    event: OverseerEvent<'change.accepted' | 'task.done'>,
    isIt: (one: ProjectDefinition['phases'][number]['deliverables'][number]) => boolean,
  ): void {
    const { run = '', task = '', at } = event;
    const { commit } = event.data;
    for (const phase of this.definition?.phases ?? []) {
      for (const one of phase.deliverables) {
        if (!isIt(one)) continue;
        const by = { run, task, at, ...(commit === undefined ? {} : { commit }) };
        standingOf(this.standing, phase.name).delivered.set(one.name, by);
      }
    }
  }

  #tick({ at, actor, data }: OverseerEvent<'checklist.changed'>): void {
    if (data.isTicked) this.standing.ticks.set(data.item, { at, by: actor });
    else this.standing.ticks.delete(data.item);
  }

  #keep({ seq, at, actor, data }: OverseerEvent<'checkpoint.made'>): void {
    this.checkpoints.set(data.name, {
      ...data,
      isAutomatic: data.isAutomatic ?? false,
      seq,
      at,
      by: actor,
      standing: copyStanding(this.standing),
      hasFailed: failedIn(this.standing) > 0,
    });
  }

  #rewind({ seq, data }: OverseerEvent<'project.rewound'>): void {
    this.rewinding = undefined;
    const kept = this.checkpoints.get(data.checkpoint);
    if (kept !== undefined) this.standing = standingAgain(kept.standing, kept.seq, seq);
  }

  /** A task belongs to the phase that it names, or else to the one that the project is in. */
  #phaseOf({ phase }: PlanTask): string {
    if (phase !== undefined && this.#phaseNames.has(phase)) return phase;
    return this.standing.phase ?? '';
  }
}
