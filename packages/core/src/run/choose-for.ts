import type { RunState, TaskState } from '../journal/run-state.ts';
import type { Claim } from '../limit/model-limits.ts';
import type { Candidate } from '../route/candidates.ts';
import { chooseApart } from '../route/choose-apart.ts';
import type { Choice, ChoiceInput } from '../route/choose-model.ts';
import { chooseReviewer } from '../route/choose-reviewer.ts';
import type { Member } from '../route/member.ts';
import type { PlanTask } from '../spec/task.ts';
import { claimsFor, roughTokens } from './call-claim.ts';
import { composeFor } from './compose-for.ts';
import { bestClaim } from './counted-claim.ts';
import type { Decider } from './decider.ts';
import { downUntil } from './down-until.ts';
import { outlasted } from './outage.ts';
import { outputOf } from './output-of.ts';
import { ratingFor, workOf } from './rating-for.ts';
import type { RoleParts } from './role-parts.ts';
import { takenModels } from './taken-models.ts';
import { candidatesOf, whyNever } from './task-candidates.ts';
import { tooSlow } from './too-slow.ts';
import { tooSmall } from './too-small.ts';

/** A model that has tools calls them at least once and then says what it did. */
const CALLS_WITH_TOOLS = 2;

/** Room that an answer needs at least, in tokens. */
export const LEAST_ANSWER = 64;

const NOBODY: ReadonlyMap<string, string> = new Map();

/** What was tried of a task that is new, as most are. */
const NOTHING_TRIED: Tried = { refusals: new Map(), excluded: NOBODY };

/** Which model gets a task now, if any, and none of `without`, each with the reason. Pure: reads state, changes nothing. */
export function chooseFor(
  decider: Decider,
  task: TaskState,
  nowMs: number,
  without: ReadonlyMap<string, string> = NOBODY,
): Choice {
  const { settings, projection } = decider;
  const parts = settings.roles.of(task.task);
  const { refusals, excluded: failed } = triedBy(task);
  const run = projection.runs.get(task.run);
  let excluded = merged(failed, tooSmall(settings.members, task));
  excluded = merged(excluded, goneLong(decider, task.run, nowMs));
  if (run !== undefined) excluded = merged(excluded, overspent(decider, run, task, nowMs));
  const rough = roughTokens(task, run?.context, parts);
  const candidates = candidatesOf(decider, task);
  const never = whyNever(settings, run, task, candidates);
  if (never !== undefined) return { kind: 'never', because: never };
  excluded = merged(excluded, tooLarge(candidates, task.task, parts));
  excluded = merged(excluded, tooSlow(projection.durations, candidates, task.task, nowMs));
  excluded = merged(excluded, without);
  // Asked for twice of each candidate: whether it may run, and what it would cost.
  const claimOf = onceEach(roughClaims(decider, task, rough));
  const { routing, breakers } = projection;
  const input: ChoiceInput = {
    candidates,
    board: candidates.length < 2 ? undefined : routing.boardOf(candidates, workOf(settings, task)),
    allUp: breakers.isQuiet,
    nowMs,
    claimFor: claimOf,
    callsFor: ({ name }) =>
      projection.expected.of(name) + (parts.tools.size > 0 ? CALLS_WITH_TOOLS : 1),
    downUntil: (model) => downUntil(decider, task.run, model, nowMs),
    refusals,
    excluded,
    patienceMs: settings.patienceMs,
    // Where there is one and nothing was tried, nothing is left to be told apart; work is reviewed by others than those too.
    rating:
      candidates.length < 2 && task.past.length === 0 && task.asks?.author === undefined
        ? undefined
        : ratingFor(decider, task, (member) => claimOf(member).estimate, nowMs),
  };
  const author = task.asks?.author;
  if (author === undefined || task.model !== undefined) {
    return chooseApart(input, takenModels(run, task));
  }
  const usesTools = parts.tools.size > 0;
  const reviewers = decider.candidates({ role: undefined, kind: 'review', usesTools });
  return chooseReviewer({ ...input, author, reviewers });
}

/** Both, where either has anything: for most tasks nobody is left out. */
function merged(
  some: ReadonlyMap<string, string>,
  more: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  if (more.size === 0) return some;
  return some.size === 0 ? more : new Map([...some, ...more]);
}

/** Remembers what was made of each; a map is begun for the second. */
function onceEach(make: (member: Member) => Claim): (member: Member) => Claim {
  let first: { readonly member: Member; readonly claim: Claim } | undefined;
  let others: Map<Member, Claim> | undefined;
  return (member) => {
    if (first?.member === member) return first.claim;
    const known = others?.get(member);
    if (known !== undefined) return known;
    const claim = make(member);
    if (first === undefined) first = { member, claim };
    else {
      others ??= new Map();
      others.set(member, claim);
    }
    return claim;
  };
}

/** Where a model can count, what it is counted at decides before its call; until then it need not have room for the worst. */
function roughClaims(decider: Decider, task: TaskState, rough: number): (member: Member) => Claim {
  const { counts } = decider.settings;
  const careful = claimsFor(decider, task, rough);
  let hopeful: typeof careful | undefined;
  return (member) => {
    if (!counts.canAsk(member.model)) return careful(member);
    hopeful ??= claimsFor(decider, task, rough, undefined, rough);
    return hopeful(member);
  };
}

/** Whether a model could take a task at once. */
export function mayRunNow(
  decider: Decider,
  task: TaskState,
  nowMs: number,
): (member: Member) => boolean {
  const { settings, projection } = decider;
  const parts = settings.roles.of(task.task);
  const rough = roughTokens(task, projection.runs.get(task.run)?.context, parts);
  const make = claimsFor(decider, task, rough);
  return (member) =>
    downUntil(decider, task.run, member.name, nowMs) === undefined &&
    tooLargeFor(member, task.task, parts) === undefined &&
    member.limits.admit(nowMs, make(member)).kind === 'run';
}

interface Tried {
  readonly refusals: ReadonlyMap<string, number>;
  readonly excluded: ReadonlyMap<string, string>;
}

/** Which models' answers were refused and how often, and which failed at the task. Pure. */
export function triedBy({ past, forgiven, model }: TaskState): Tried {
  if (past.length === 0) return NOTHING_TRIED;
  const refusals = new Map<string, number>();
  const excluded = new Map<string, string>();
  for (const one of past.slice(forgiven)) {
    // Whoever gave the task to a model knows what that model did before; and what broke beside it says nothing of it.
    if (one.model === undefined || one.model === model) continue;
    if (one.fault === 'infrastructure') continue;
    if (one.outcome === 'rejected') refusals.set(one.model, (refusals.get(one.model) ?? 0) + 1);
    if (one.outcome === 'failed') excluded.set(one.model, one.because);
  }
  return { refusals, excluded };
}

/** Models whose outage has lasted longer than anybody waits. */
function goneLong(decider: Decider, run: string, nowMs: number): ReadonlyMap<string, string> {
  const { settings, projection } = decider;
  if (projection.breakers.isQuiet) return NOBODY;
  const excluded = new Map<string, string>();
  for (const model of settings.members.keys()) {
    const over = outlasted(decider, run, model, nowMs);
    // One whose probe is due is tried all the same: it may be back.
    if (over !== undefined && projection.breakers.down(model, nowMs) !== undefined) {
      excluded.set(model, over);
    }
  }
  return excluded;
}

/** Models whose own budgets have too little left for the task, by the prompt that it would be. */
function overspent(
  decider: Decider,
  run: RunState,
  task: TaskState,
  nowMs: number,
): ReadonlyMap<string, string> {
  const { settings, projection } = decider;
  if (!projection.budgets.boundsModels) return NOBODY;
  const excluded = new Map<string, string>();
  for (const member of settings.members.values()) {
    if (!projection.budgets.isBounded(member.name)) continue;
    const { prompt, tools } = composeFor(decider, run, task, member, nowMs);
    const claim = bestClaim(decider, member, task, {
      messages: prompt.messages,
      tools,
      output: outputOf(task.task),
    });
    const admission = projection.budgets.admit(run.id, task.task.key, claim, member.name);
    if (admission.kind === 'never' && admission.ends === 'model') {
      excluded.set(member.name, admission.why);
    }
  }
  return excluded;
}

/** Models that cannot read the task at all. */
function tooLarge(
  candidates: readonly Candidate[],
  task: PlanTask,
  parts: RoleParts,
): ReadonlyMap<string, string> {
  let excluded: Map<string, string> | undefined;
  for (const { member } of candidates) {
    const why = tooLargeFor(member, task, parts);
    if (why === undefined) continue;
    excluded ??= new Map();
    excluded.set(member.name, why);
  }
  return excluded ?? NOBODY;
}

/** Why a model cannot read the task at all; what else a prompt has is cut to its window. */
function tooLargeFor(
  { model }: Member,
  { title, instruction }: PlanTask,
  { role }: RoleParts,
): string | undefined {
  const { contextWindow } = model.info;
  if (contextWindow === undefined) return undefined;
  const tokens = Math.ceil((title.length + instruction.length + role.text.length) / 4);
  if (tokens + LEAST_ANSWER <= contextWindow) return undefined;
  return `the task has about ${tokens} tokens, more than its window of ${contextWindow} takes`;
}
