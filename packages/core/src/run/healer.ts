import type { AttemptHost, AttemptPlace } from '../attempt/attempt-host.ts';
import { diagnoseFailing, diagnoseLoop } from '../heal/diagnose.ts';
import { findPattern, isSameFault } from '../heal/find-failing.ts';
import { findLoop } from '../heal/find-loop.ts';
import type { Healing } from '../heal/healing-options.ts';
import { askTask, mendTask } from '../heal/mend-task.ts';
import type { Journal } from '../journal/journal.ts';
import { isFinal, type RunState, type TaskState } from '../journal/run-state.ts';
import type { Diagnosis } from '../spec/healing-events.ts';
import type { PlanTask } from '../spec/task.ts';
import { type PlanChecks, plannableChecks, readPlanCheck } from '../validate/plan-checks.ts';
import { mendBudget, mostOf } from './mend-budget.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** What healing needs of the kernel around it. */
interface HealerHost {
  readonly settings: Settings;
  readonly projection: Projection;
  readonly journal: Pick<Journal, 'append'>;
}

/** Who heals in a kernel; nobody where its host does not want that. */
export function createHealer(
  settings: Settings,
  projection: Projection,
  journal: Pick<Journal, 'append'>,
): Healer | undefined {
  const { healing } = settings;
  return healing === undefined ? undefined : new Healer(healing, { settings, projection, journal });
}

/** Finds out why tasks do not come to their end, and has another way found for them: within bounds. */
export class Healer {
  readonly #healing: Healing;
  readonly #host: HealerHost;
  readonly #mends = new WeakMap<RunState, TaskState[]>();

  constructor(healing: Healing, host: HealerHost) {
    this.#healing = healing;
    this.#host = host;
  }

  /** Ends an attempt that goes round in circles, with a word to the next one; whether it does. */
  endsLoop(host: AttemptHost, at: AttemptPlace): boolean {
    const diagnosis = this.#loopOf(at);
    if (diagnosis !== undefined) endLooping(host, at, diagnosis);
    return diagnosis !== undefined;
  }

  #loopOf({ task }: Pick<AttemptPlace, 'task'>): Diagnosis | undefined {
    const { settings, projection } = this.#host;
    const trace = projection.traces?.of(task);
    if (trace === undefined || trace.steps.length < 3) return undefined;
    const isPolling = (tool: string): boolean => settings.tools.get(tool)?.polls === true;
    const loop = findLoop(trace.steps, { repeats: this.#healing.repeats, isPolling });
    if (loop === undefined) return undefined;
    return diagnoseLoop(task, trace, loop, settings.clock.now());
  }

  /**
   * Records why a task fails whose tries are used up, and gives the task that finds another way; `undefined` where there
   * is none to be looked for, so that it fails.
   */
  rescue(run: RunState, task: TaskState): TaskState | undefined {
    if (!isMendable(task)) return undefined;
    const diagnosis = this.#diagnose(run, task);
    const mend = this.#mendOf(run, task, diagnosis);
    return this.#record(run, task, diagnosis, mend);
  }

  /**
   * Has another way found for a task that several models failed at by the same fault, although it has tries left; `undefined` where
   * they did not, or no way is to be looked for, so that it is tried again.
   */
  rescueEarly(run: RunState, task: TaskState): TaskState | undefined {
    if (!isMendable(task) || !isSameFault(task.past.slice(task.forgiven))) return undefined;
    const diagnosis = this.#diagnose(run, task);
    const mend = this.#mendOf(run, task, diagnosis);
    return mend && this.#record(run, task, diagnosis, mend);
  }

  #diagnose(run: RunState, task: TaskState): Diagnosis {
    const { settings, projection } = this.#host;
    const pattern = findPattern(task.past.slice(task.forgiven), filesNeeded(run, task));
    return diagnoseFailing(task, projection.traces?.of(task), pattern, settings.clock.now());
  }

  #record(
    run: RunState,
    task: TaskState,
    diagnosis: Diagnosis,
    mend: PlanTask | undefined,
  ): TaskState | undefined {
    const place = { run: run.id, task: task.task.key };
    const data =
      mend === undefined
        ? { diagnosis, action: 'none' as const }
        : { diagnosis, action: 're-plan' as const, mend };
    void this.#host.journal.append([{ type: 'task.diagnosed', ...place, data }]);
    const state = mend === undefined ? undefined : run.tasks.get(mend.key);
    if (state !== undefined) this.#mendsOf(run).push(state);
    return state;
  }

  /** The tasks of a run that found or find other ways: looked for once, as a run may have very many tasks. */
  #mendsOf(run: RunState): TaskState[] {
    const known = this.#mends.get(run);
    if (known !== undefined) return known;
    const found = [...run.tasks.values()].filter(({ mends }) => mends !== undefined);
    this.#mends.set(run, found);
    return found;
  }

  #mendOf(run: RunState, task: TaskState, diagnosis: Diagnosis): PlanTask | undefined {
    const { replan, maxReplans, maxReplansPerRun, ask, budgetShare } = this.#healing;
    if (!replan || task.replans >= maxReplans || isNotOfThePlan(diagnosis)) return undefined;
    const mends = this.#mendsOf(run);
    if (mends.length >= maxReplansPerRun) return undefined;
    if (ask !== undefined) return fresh(run, askTask(task, diagnosis, ask));
    const { projection, settings } = this.#host;
    const used = mends.map((one) => {
      const { budget: given } = one.task;
      // Of one that goes on, what it may still use is gone.
      return isFinal[one.status] || given === undefined
        ? projection.traces?.of(one)?.cost
        : mostOf(given);
    });
    const budget = mendBudget(run.budget, budgetShare, used);
    if (budget === 'used-up') return undefined;
    const checks = checksFor(settings, run);
    return fresh(
      run,
      mendTask(run, task, diagnosis, { checks, roles: settings.roles.names, budget }),
    );
  }
}

function endLooping(host: AttemptHost, at: AttemptPlace, diagnosis: Diagnosis): void {
  const place = { run: at.run.id, task: at.task.task.key };
  const because = `it goes round in circles: ${diagnosis.because}`;
  const findings = [
    { message: `${because}. Do not repeat that: go another way.`, code: 'looping' },
  ];
  const fault = diagnosis.likely === 'tool' ? 'infrastructure' : 'model';
  void host.append([
    { type: 'task.diagnosed', ...place, data: { diagnosis, action: 'another-try' } },
    {
      type: 'attempt.ended',
      ...place,
      attempt: at.attempt.id,
      data: { outcome: 'failed', because, findings, fault },
    },
  ]);
  host.ended(at);
}

/** What a model planned or a host wrote for models; what a host bound to a model, a tool or several answers is its own. */
function isMendable({ task, asks, mends }: TaskState): boolean {
  const isOfOthers = asks !== undefined || mends !== undefined || task.memberOf !== undefined;
  const isBound = (task.step ?? task.ensemble ?? task.model) !== undefined;
  // What a person refused is not to be had another way.
  const isApproval = task.checks.some(({ kind }) => kind === 'approve');
  return !isOfOthers && !isBound && !isApproval && task.kind !== 'plan';
}

/** A broken disk, or a check that cannot be made, stays so whatever the plan. */
function isNotOfThePlan({ likely }: Diagnosis): boolean {
  return likely === 'environment' || likely === 'check';
}

/** A host may have a task of that name. */
function fresh(run: RunState, task: PlanTask): PlanTask | undefined {
  return run.tasks.has(task.key) ? undefined : task;
}

function filesNeeded(run: RunState, { task }: TaskState): ReadonlySet<string> {
  const own = new Set(task.files);
  const needed = task.needs.flatMap((key) => run.tasks.get(key)?.task.files ?? []);
  return new Set(needed.filter((file) => !own.has(file)));
}

/** What new tasks may be checked by, and what the plan of this run has for all. */
function checksFor({ validators, roles }: Settings, run: RunState): PlanChecks {
  const kinds = plannableChecks(validators, roles.grantsOf('overseer'));
  const planner = [...run.tasks.values()].find(({ task }) => task.kind === 'plan');
  const known = readPlanCheck(planner?.task.checks.find(({ kind }) => kind === 'plan')?.value);
  return { kinds, always: known?.always ?? [] };
}
