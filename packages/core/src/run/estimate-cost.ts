import { estimateTokens } from '../call/estimate-tokens.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import { createCandidateFinder } from '../route/candidate-finder.ts';
import type { Member } from '../route/member.ts';
import { type GraphForecast, projectCost, type TaskOutlook } from '../schedule/cost-projection.ts';
import {
  callOutlooks,
  expectedAttempts,
  expectedCalls,
  expectedInput,
  expectedOutput,
} from '../schedule/outlook.ts';
import type { Count } from '../schedule/quantity.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { PlanTask } from '../spec/task.ts';
import { type BudgetFit, budgetFits } from './budget-fits.ts';
import { outputLimit } from './call-claim.ts';
import { composeFor } from './compose-for.ts';
import { type NewRun, startDrafts } from './new-run.ts';
import { needsNoModel } from './no-model.ts';
import { outputKey } from './output-key.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** What a graph of tasks will use, before it runs, and whether that fits its budgets. */
export interface CostEstimate extends GraphForecast {
  /** Every budget that it would be below, from the top; then those of its tasks. */
  readonly budgets: readonly BudgetFit[];
  /** The worst of these: whether the whole run is expected to fit. */
  readonly fits: 'yes' | 'maybe' | 'no';
}

const NOTHING: Count = { mean: 0, variance: 0, off: 0 };

/** What a tool's answer adds to a conversation, in tokens. */
const TOOL_RESULT = 400;
/** How far the share of refused attempts may be off. */
const REPAIRS_OFF = 1.5;
/** What a review says beside the task and the answer, its prompt's fixed part included, in tokens. */
const REVIEW = 450;
/** What a reviewer is shown of each file that a task writes, in tokens. */
const FILE = 1_000;

/** Estimates a run that is not started. Reads state and the clock, and changes nothing. */
export function estimateCost(
  settings: Settings,
  projection: Projection,
  request: NewRun,
): CostEstimate {
  const run = imagine(request);
  const estimator = new Estimator(settings, projection, run);
  const forecast = projectCost(request.tasks.map((task) => estimator.outlookOf(task)));
  const budgets = budgetFits(projection.budgets, request, forecast);
  const has = (fits: BudgetFit['fits']): boolean => budgets.some((budget) => budget.fits === fits);
  return { ...forecast, budgets, fits: has('no') ? 'no' : has('maybe') ? 'maybe' : 'yes' };
}

class Estimator {
  readonly #settings: Settings;
  readonly #projection: Projection;
  readonly #run: RunState;
  readonly #candidates: ReturnType<typeof createCandidateFinder>;

  constructor(settings: Settings, projection: Projection, run: RunState) {
    this.#settings = settings;
    this.#projection = projection;
    this.#run = run;
    this.#candidates = createCandidateFinder(settings);
  }

  outlookOf(task: PlanTask): TaskOutlook {
    const { history } = this.#projection;
    const { key, title, kind, checks } = task;
    const hasTools = this.#settings.roles.of(task).tools.size > 0;
    const callsPerAttempt = expectedCalls(history.calls(kind), hasTools);
    const most = this.#settings.maxAttempts;
    const attempts = expectedAttempts(history.verdicts(kind), checks.length > 0, most);
    const reviewsPerAttempt = checks.filter((check) => this.#asksModel(check.kind)).length;
    return {
      key,
      title,
      kind,
      callsPerAttempt,
      attempts,
      reviewsPerAttempt,
      calls: needsNoModel(task)
        ? []
        : callOutlooks(
            this.#candidates({ role: task.role, kind, usesTools: hasTools }),
            (member) => this.#inputOf(member, task, callsPerAttempt.mean, attempts.mean),
            (member) => this.#outputOf(member, kind),
          ),
      reviews: callOutlooks(
        this.#candidates({ role: 'reviewer', kind: 'review', usesTools: false }),
        (member) => this.#reviewInput(member, task),
        (member) => this.#outputOf(member, 'review'),
      ),
    };
  }

  #outputOf(member: Member, kind: string): Count {
    const seen = this.#projection.outputs.summary(outputKey(member.name, kind));
    return expectedOutput(seen, outputLimit(this.#settings, member));
  }

  /** The input of a call: the prompt, what earlier calls and refused attempts left in it, and the work it needs. */
  #inputOf(member: Member, task: PlanTask, calls: number, attempts: number): Count {
    const state = this.#run.tasks.get(task.key);
    if (state === undefined) return NOTHING;
    const decider = { settings: this.#settings, projection: this.#projection };
    const nowMs = this.#settings.clock.now();
    const { prompt, tools } = composeFor(decider, this.#run, state, member, nowMs);
    const output = this.#outputOf(member, task.kind);
    const parts = [
      ...task.needs.map((key) => this.#answerOf(this.#run.tasks.get(key))),
      { ...output, mean: ((calls - 1) / 2) * (output.mean + TOOL_RESULT) },
      // Whether a kind is refused often makes all the difference here.
      { ...output, mean: ((attempts - 1) / 2) * output.mean, off: output.off + REPAIRS_OFF },
    ];
    const fixed = estimateTokens({ messages: prompt.messages, tools });
    return expectedInput(this.#projection.history.inputs(member.name), fixed, together(parts));
  }

  #reviewInput(member: Member, task: PlanTask): Count {
    const instruction = Math.ceil((task.instruction.length + task.title.length) / 4);
    const files = this.#settings.workspaces === undefined ? 0 : task.files.length * FILE;
    const fixed = REVIEW + instruction + files;
    const answer = this.#answerOf(this.#run.tasks.get(task.key));
    return expectedInput(this.#projection.history.inputs(member.name), fixed, answer);
  }

  /** What a task will have given, for those that read it. */
  #answerOf(task: TaskState | undefined): Count {
    if (task === undefined || needsNoModel(task.task)) return NOTHING;
    const { role, kind } = task.task;
    const [first] = this.#candidates({ role, kind, usesTools: false });
    return first === undefined ? NOTHING : this.#outputOf(first.member, kind);
  }

  #asksModel(check: string): boolean {
    const tier = this.#settings.validators.get(check)?.tier;
    return tier === 'peer' || tier === 'overseer';
  }
}

/** Several amounts of which each is as uncertain as its mean is large. */
function together(parts: readonly Count[]): Count {
  const mean = parts.reduce((sum, part) => sum + part.mean, 0);
  const off = parts.reduce((sum, part) => sum + part.off * part.mean, 0);
  return { mean, variance: mean ** 2, off: mean === 0 ? 0 : off / mean };
}

/** The run as it would be at its start. */
function imagine(request: NewRun): RunState {
  const runs: Runs = new Map();
  const envelope = { id: '', stream: '', seq: 0, at: 0, v: 1, epoch: 0, actor: 'overseer' };
  for (const draft of startDrafts('estimate', request)) {
    foldRun(runs, { ...envelope, ...draft } as OverseerEvent);
  }
  return runs.get('estimate') as RunState;
}
