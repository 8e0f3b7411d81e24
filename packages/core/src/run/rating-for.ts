import { answerText } from '../journal/fold-attempt.ts';
import type { AttemptState, TaskState } from '../journal/run-state.ts';
import { textOf } from '../route/attempt-watch.ts';
import { roleOf } from '../route/candidates.ts';
import { afterDoubt, type Rung } from '../route/cascade.ts';
import { viewAnswer } from '../route/escalation-gain.ts';
import { fixedPrice, type Member } from '../route/member.ts';
import type { RatingInput } from '../route/rate-candidates.ts';
import { explore } from '../route/sample-beta.ts';
import { type Expected, weightsFor } from '../route/score.ts';
import { workKind } from '../route/work-kind.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { Decider } from './decider.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** What a call of a task would use on a model. */
export type EstimateFor = (member: Member) => CallEstimate;

/** What outcomes are known from. */
export interface RatingSource {
  readonly settings: Pick<Settings, 'routing' | 'random' | 'roles'>;
  readonly projection: Pick<Projection, 'routing'>;
}

/**
 * What outcomes say of a task's candidates now. Reads state and changes none; where the routing explores, it draws from
 * the settings' `random`, so that asking again may give another answer.
 */
export function ratingFor(
  { settings, projection }: RatingSource,
  task: TaskState,
  estimateFor: EstimateFor,
  nowMs: number,
): RatingInput {
  const { routing, random } = settings;
  const work = workOf(settings, task);
  const memory = projection.routing;
  const { kind } = task.task;
  const prefix = roleOf(task.task);
  return {
    routing,
    weights: weightsFor(routing, kind, memory.lambda),
    isLearned: memory.isLearned,
    expected: (members, waits) => {
      const versions = members.map(({ version }) => version);
      const predicted = memory.quality.predict(versions, { kind: work, text: textOf(task.task) });
      const boldness = (version: string): number => {
        const belief = memory.quality.belief(version, work);
        return explore(belief, random) - belief.mean;
      };
      return members.map((member, at): Expected => {
        const { version } = member;
        const { quality = 0, outcomes = 0 } = predicted[at] ?? {};
        const bold = routing.explore ? boldness(version) : 0;
        const callMs = memory.speed.of(version);
        return {
          quality: Math.max(0, Math.min(1, quality + bold)),
          outcomes,
          priceUsd: priceOf(member, estimateFor),
          takesMs: callMs === undefined ? undefined : callMs + (waits[at] ?? 0),
        };
      });
    },
    fill: routing.explore
      ? undefined
      : ({ candidates, learned, prices, priced }) => {
          learned.look(textOf(task.task));
          for (const place of priced) {
            const member = candidates[place]?.member;
            if (member !== undefined) prices[place] = priceOf(member, estimateFor) ?? Number.NaN;
          }
        },
    afterRefusal: (member, isOwn, quality) =>
      memory.afterRefusal(member.version, kind, isOwn, quality),
    warm: ({ name, price }) => {
      if (price?.cacheRead === undefined || price.cacheRead >= price.input) return undefined;
      const age = memory.warm.age(task.run, name, prefix, nowMs);
      return age === undefined
        ? undefined
        : `it read the same beginning ${Math.round(age / 1_000)} s ago, which costs ${Math.round((100 * price.cacheRead) / price.input)} % while it keeps it`;
    },
    doubted: doubtedIn(task),
  };
}

/** What outcomes of a task are learned by: its kind, and the framework that its role writes prompts with. */
export function workOf({ roles }: Pick<Settings, 'roles'>, { task }: TaskState): string {
  return workKind(task.kind, roles.of(task).framework?.definition.id);
}

/**
 * Why the answer of an attempt, which passed its checks, should be given by a better model all the same; `undefined`
 * where it is accepted. Only a cascade doubts, only first answers, and only where a better model may take the task now.
 */
export function doubtOf(
  decider: Decider,
  task: TaskState,
  attempt: AttemptState,
  estimateFor: EstimateFor,
  mayRun: (member: Member) => boolean,
): string | undefined {
  const { settings, projection } = decider;
  const member = settings.members.get(attempt.model ?? '');
  if (settings.routing.mode !== 'cascade' || member === undefined) return undefined;
  // What is bound to a model, or asked of it beside others, is that model's to answer.
  if ((task.model ?? task.task.model ?? task.task.memberOf ?? task.asks) !== undefined) {
    return undefined;
  }
  if (task.past.length > 0 || attempt.change !== undefined || task.task.kind === 'plan') {
    return undefined;
  }
  // What is known of answers is why they were refused: where the checks that refused most of them let one pass, there is nothing to doubt.
  const own = task.task.checks.map(({ kind }) => kind);
  if (projection.routing.refusals.shareOf(own) >= DECISIVE) return undefined;
  const text = textOf(task.task);
  const gain = projection.routing.gains.predict(
    viewAnswer({ task: text, answer: answerText(attempt) }),
  );
  if (gain === undefined) return undefined;
  const team = decider
    .candidates({
      role: task.task.role,
      kind: task.task.kind,
      usesTools: settings.roles.of(task.task).tools.size > 0,
    })
    .map((candidate) => candidate.member)
    .filter((one) => one === member || mayRun(one));
  const difficulty = { kind: workOf(settings, task), text };
  const predicted = projection.routing.quality.predict(
    team.map(({ version }) => version),
    difficulty,
  );
  const rungs = team.map(
    (one, at): Rung => ({
      name: one.name,
      // What similar tasks tell is in the gain already; here it would only say at times that nobody is better.
      quality: (predicted[at]?.usual ?? 0) + (predicted[at]?.byKind ?? 0),
      priceUsd: priceOf(one, estimateFor),
    }),
  );
  const doubted = rungs.find(({ name }) => name === member.name);
  if (doubted === undefined) return undefined;
  const others = rungs.filter((one) => one !== doubted);
  const decision = afterDoubt(
    doubted,
    gain,
    others,
    projection.routing.lambda,
    settings.routing.leastDoubt,
  );
  return decision.kind === 'escalate' ? decision.because : undefined;
}

/** The share of all refusals that a task's own checks must have given for what they let pass not to be doubted. */
const DECISIVE = 0.5;

/** Whose answer was doubted, since the task was opened last. Pure. */
export function doubtedIn({ past, forgiven }: TaskState): ReadonlySet<string> {
  return new Set(
    past
      .slice(forgiven)
      .flatMap(({ model, isDoubted }) => (isDoubted && model !== undefined ? [model] : [])),
  );
}

function priceOf(member: Member, estimateFor: EstimateFor): number | undefined {
  return member.price === undefined ? fixedPrice(member) : estimateFor(member).microUsd / 1e6;
}
