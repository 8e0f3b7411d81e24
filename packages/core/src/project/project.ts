import { OverseerError } from '../errors/overseer-error.ts';
import { suggest } from '../internal/nearest.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { readEvents } from '../journal/read-events.ts';
import type { OpenKernel } from '../run/open-kernel.ts';
import { type RunResult, runResult } from '../run/run-result.ts';
import type { Settings } from '../run/settings.ts';
import { type Order, orderedBy } from '../run/work-scope.ts';
import type { CriterionVerdict } from '../spec/project.ts';
import type { Finding } from '../spec/validator.ts';
import { boundaryName, findTarget, type RollbackTarget, requireNewName } from './checkpoints.ts';
import { type ProjectVersion, projectHistory } from './history.ts';
import { judgeCriteria } from './judge-criteria.ts';
import { appendCheckpoint, type ProjectGround } from './project-ground.ts';
import { ProjectReader } from './project-reader.ts';
import type { ProjectState } from './project-state.ts';
import { carryOutRewind, type Rewound, unfinishedRewind } from './rewind.ts';
import { phaseOf, transitionTo } from './transition.ts';

/** Who orders a step to another phase, and what they say to criteria that ask somebody. */
export interface PhaseOrder extends Order {
  /** By the kind of the criterion. */
  readonly replies?: Readonly<Record<string, string>>;
}

/** Whether the project came into a phase. */
export type PhaseAnswer =
  | {
      readonly kind: 'entered';
      readonly phase: string;
      /** The checkpoint that was made at the boundary. */
      readonly checkpoint: string;
      readonly verdicts: readonly CriterionVerdict[];
    }
  | {
      readonly kind: 'refused';
      readonly phase: string;
      readonly findings: readonly Finding[];
      readonly verdicts: readonly CriterionVerdict[];
    };

/**
 * The project whose journal an overseer works on: its phases, its checklist, its checkpoints, and its state as of any
 * event. Orders about it are carried out one after the other, in the order in which they are given; all but `rollback` throw
 * `OverseerError` `rewind.unfinished` while a rewind that was left waits for its files.
 */
export class Project {
  readonly id: string;
  readonly #ground: ProjectGround;
  #last: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(settings: Settings, open: OpenKernel) {
    const reader = new ProjectReader(settings, open);
    this.id = open.journal.stream.replace(/^project\//, '');
    this.#ground = { settings, open, reader };
  }

  /** How the project stands: read from the journal, the first time whole, and afterwards only what came since. */
  state(): Promise<ProjectState> {
    return this.#ground.reader.state();
  }

  /**
   * How it stood once the event `seq` had happened: runs, tasks, phases, checklist, spending. Reads the journal up to
   * there. Throws `OverseerError` `seq.unknown`.
   */
  at(seq: number): Promise<ProjectState> {
    return this.#ground.reader.at(seq);
  }

  /**
   * One run as it stood once the event `seq` had happened, with what its tasks had given; one that was not over is told of as
   * stopped. Throws `OverseerError`: `seq.unknown`, and `run.unknown` for a run that had not begun.
   */
  async runAt(run: string, seq: number): Promise<RunResult> {
    const { settings, open, reader } = this.#ground;
    await reader.requireSeq(seq);
    const runs: Runs = new Map();
    for await (const page of readEvents(settings.store, open.journal.stream, run)) {
      for (const event of page) if (event.seq <= seq) foldRun(runs, event);
    }
    const state = runs.get(run);
    if (state !== undefined) return runResult(state, state.outcome ?? 'stopped', state.because);
    throw new OverseerError('run.unknown', `There was no run ${run} at event ${seq}.`);
  }

  /** Every version of the project, oldest first: when, who, and what in words. */
  async *history(): AsyncGenerator<ProjectVersion> {
    const { settings, open } = this.#ground;
    await open.kernel.settled();
    yield* projectHistory(settings.shown, open.journal.stream);
  }

  /**
   * Makes a place to which the project can be taken back. Resolves once it is durable. Throws `OverseerError`:
   * `checkpoint.name`, `checkpoint.duplicate`.
   */
  checkpoint(name: string, order: Order = {}): Promise<void> {
    return this.#onceRewound(async () => {
      const { checkpoints, phase } = await this.state();
      requireNewName(checkpoints, name);
      const data = {
        name,
        ...(phase === undefined ? {} : { phase }),
        ...(order.because === undefined ? {} : { because: order.because }),
      };
      const actor = orderedBy(order);
      await appendCheckpoint(this.#ground, { type: 'checkpoint.made', actor, data });
    });
  }

  /**
   * Has the project come into a phase, if its criteria hold: those of leaving the present phase, on the way to a later one,
   * and those of entering. What stands against it is told, and recorded. Throws `OverseerError`: `phase.unknown`,
   * `phase.transition` for a phase that may not follow.
   */
  enter(phase: string, order: PhaseOrder = {}): Promise<PhaseAnswer> {
    return this.#onceRewound(() => this.#enter(phase, order));
  }

  /** Ticks an item of the checklist; one that is ticked stays so. Throws `OverseerError` `checklist.unknown`. */
  tick(item: string, order: Order = {}): Promise<void> {
    return this.#onceRewound(() => this.#setTick(item, true, order));
  }

  /** Takes a tick back. Throws `OverseerError` `checklist.unknown`. */
  untick(item: string, order: Order = {}): Promise<void> {
    return this.#onceRewound(() => this.#setTick(item, false, order));
  }

  /**
   * Takes the project back to a checkpoint, or to where a phase was last entered. Nothing is erased: runs that began or
   * went on since are stopped, what was verified since counts no more, and the files follow by a new commit. Throws
   * `OverseerError`: `phase.unknown`, `checkpoint.unknown`, `workspace.dirty` for uncommitted work in the way, and
   * `rewind.blocked`.
   */
  rollback(to: RollbackTarget, order: Order = {}): Promise<Rewound> {
    return this.#inTurn(async () => {
      const { settings, open } = this.#ground;
      if ('phase' in to) phaseOf(open.index.project.definition?.phases ?? [], to.phase);
      const target = findTarget(await this.state(), to);
      const { workspaces } = settings;
      const followsFiles = target.commit !== undefined && workspaces?.restore !== undefined;
      // Before anything is stopped for it.
      if (followsFiles) await workspaces.prepare(new AbortController().signal);
      const actor = orderedBy(order);
      const because = order.because ?? `rolled back to ${target.checkpoint}`;
      const filesStay = target.commit !== undefined && !followsFiles;
      const told = { ...target, ...(filesStay ? { filesStay } : {}) };
      const rewind = { ...told, id: settings.ids(), because };
      await open.journal.append([{ type: 'rewind.started', actor, data: rewind }]);
      return await carryOutRewind(this.#ground, rewind, actor);
    });
  }

  async #enter(phase: string, order: PhaseOrder): Promise<PhaseAnswer> {
    const { settings, open } = this.#ground;
    const { definition, phase: current } = open.index.project;
    const transition = transitionTo(definition, current, phase);
    const verdicts = await judgeCriteria({
      settings,
      definition,
      transition,
      replies: order.replies ?? {},
      budgetLeft: () => budgetLeft(open),
      state: () => this.state(),
    });
    const findings = verdicts.flatMap(({ verdict }) =>
      verdict.kind === 'fail' ? verdict.findings : [],
    );
    const hasFailed = verdicts.some(({ verdict }) => verdict.kind === 'fail');
    const actor = orderedBy(order);
    const because = order.because ?? (hasFailed ? 'a criterion failed' : 'every criterion passed');
    const data = { phase, ...(current === undefined ? {} : { from: current }), because, verdicts };
    if (hasFailed) {
      await open.journal.append([{ type: 'phase.refused', actor, data }]);
      return { kind: 'refused', phase, findings, verdicts };
    }
    const checkpoint = boundaryName((await this.state()).checkpoints, phase);
    await appendCheckpoint(
      this.#ground,
      { type: 'checkpoint.made', data: { name: checkpoint, isAutomatic: true, phase } },
      [{ type: 'phase.entered', actor, data }],
    );
    return { kind: 'entered', phase, checkpoint, verdicts };
  }

  async #setTick(item: string, isTicked: boolean, order: Order): Promise<void> {
    const { checklist } = await this.state();
    const found = checklist.find((one) => one.item === item);
    if (found === undefined) {
      const items = checklist.map((one) => one.item);
      throw new OverseerError(
        'checklist.unknown',
        `The project's checklist has no item ${JSON.stringify(item)}; ${suggest(item, items)}.`,
      );
    }
    if (found.isTicked === isTicked) return;
    const data = {
      item,
      isTicked,
      ...(order.because === undefined ? {} : { because: order.because }),
    };
    const { journal } = this.#ground.open;
    await journal.append([{ type: 'checklist.changed', actor: orderedBy(order), data }]);
  }

  #onceRewound<T>(work: () => Promise<T>): Promise<T> {
    return this.#inTurn(async () => {
      const { rewind } = this.#ground.open.index.project;
      if (rewind !== undefined) throw unfinishedRewind(rewind);
      return await work();
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

/** The least part that is left of the project's budget. */
function budgetLeft({ projection }: OpenKernel): number | undefined {
  const own = projection.budgets.use().filter(({ scope }) => scope === 'project');
  if (own.length === 0) return undefined;
  return Math.min(...own.map(({ used, held, capacity }) => 1 - (used + held) / capacity));
}
