import { OverseerError } from '../errors/overseer-error.ts';
import { suggest } from '../internal/nearest.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { readEvents } from '../journal/read-events.ts';
import { forgottenRun } from '../run/forgotten-run.ts';
import type { OpenKernel } from '../run/open-kernel.ts';
import { type RunResult, runResult } from '../run/run-result.ts';
import type { Settings } from '../run/settings.ts';
import { type Order, orderedBy } from '../run/work-scope.ts';
import { boundaryName, findTarget, type RollbackTarget, requireNewName } from './checkpoints.ts';
import { type ProjectVersion, projectHistory } from './history.ts';
import { judgeCriteria } from './judge-criteria.ts';
import type { PhaseAnswer, PhaseOrder, Project } from './project-face.ts';
import { appendCheckpoint, type ProjectGround } from './project-ground.ts';
import { ProjectReader } from './project-reader.ts';
import type { ProjectState } from './project-state.ts';
import { carryOutRewind, type Rewound, unfinishedRewind } from './rewind.ts';
import type { StateFacts } from './state-criteria.ts';
import { phaseOf, transitionTo } from './transition.ts';

/** The project of one open journal. */
export class OwnProject implements Project {
  readonly id: string;
  readonly #ground: ProjectGround;
  #last: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(settings: Settings, open: OpenKernel) {
    const reader = new ProjectReader(settings, open);
    this.id = open.journal.stream.replace(/^project\//, '');
    this.#ground = { settings, open, reader };
  }

  state(): Promise<ProjectState> {
    return this.#ground.reader.state();
  }

  at(seq: number): Promise<ProjectState> {
    return this.#ground.reader.at(seq);
  }

  async runAt(run: string, seq: number): Promise<RunResult> {
    const { settings, open, reader } = this.#ground;
    await reader.requireSeq(seq);
    const runs: Runs = new Map();
    let isErased = false;
    for await (const page of readEvents(settings.store, open.journal.stream, run)) {
      for (const event of page) {
        if (event.seq > seq) continue;
        isErased ||= event.type === 'event.erased';
        foldRun(runs, event);
      }
    }
    const state = runs.get(run);
    if (state !== undefined) return runResult(state, state.outcome ?? 'stopped', state.because);
    if (isErased) throw forgottenRun(run);
    throw new OverseerError('run.unknown', `There was no run ${run} at event ${seq}.`);
  }

  async *history(): AsyncGenerator<ProjectVersion> {
    const { settings, open } = this.#ground;
    await open.kernel.settled();
    yield* projectHistory(settings.shown, open.journal.stream);
  }

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

  enter(phase: string, order: PhaseOrder = {}): Promise<PhaseAnswer> {
    return this.#onceRewound(() => this.#enter(phase, order));
  }

  tick(item: string, order: Order = {}): Promise<void> {
    return this.#onceRewound(() => this.#setTick(item, true, order));
  }

  untick(item: string, order: Order = {}): Promise<void> {
    return this.#onceRewound(() => this.#setTick(item, false, order));
  }

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
function budgetLeft({ projection, purpose }: OpenKernel): StateFacts['budgetLeft'] {
  const own = projection.budgets.use().filter(({ scope }) => scope === 'project');
  if (own.length === 0) return purpose === 'work' ? undefined : 'unknown';
  return Math.min(...own.map(({ used, held, capacity }) => 1 - (used + held) / capacity));
}
