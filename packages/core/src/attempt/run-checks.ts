import { OverseerError } from '../errors/overseer-error.ts';
import { BROKEN_CHECK } from '../internal/broken-check.ts';
import { Cancellation } from '../internal/cancellation.ts';
import { within } from '../internal/within.ts';
import { answerParts, answerText } from '../journal/fold-attempt.ts';
import { OWN_REVIEW } from '../route/choose-reviewer.ts';
import type { Json } from '../spec/json.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Ask, ValidationContext, Verdict } from '../spec/validator.ts';
import type { Workspace } from '../spec/workspace.ts';
import type { ChainLink } from '../validate/chain.ts';
import { type AttemptHost, type AttemptPlace, draftOf } from './attempt-host.ts';
import { openWorkspace } from './open-workspace.ts';

/** For checks that say nothing of their own. */
const CHECK_TIMEOUT_MS = 600_000;

/** Makes one check of an attempt's answer and records the verdict, or the question that it asks. */
export function runCheck(
  host: AttemptHost,
  at: AttemptPlace,
  check: number,
): Promise<void> | undefined {
  // A check that never comes back gives its place to others when its time is over.
  return judge(host, at, check, (link, folder) =>
    host.bounded(() => {
      const answer = { text: answerText(at.attempt), parts: answerParts(at.attempt) };
      return timed(host, at, link, folder, (ctx) => link.validator.validate(answer, ctx));
    }, at.live.cancel),
  );
}

/** Turns the reply to a check's question into its verdict and records it. */
export function concludeCheck(
  host: AttemptHost,
  at: AttemptPlace,
  check: number,
  reply: string,
): Promise<void> | undefined {
  return judge(host, at, check, (link, folder) =>
    timed(host, at, link, folder, (ctx) => {
      if (link.validator.conclude === undefined) {
        throw new OverseerError(
          'validator.no-conclude',
          `The validator ${link.name} asks but has no conclude().`,
        );
      }
      const verdict = link.validator.conclude(reply, ctx);
      return 'then' in verdict
        ? verdict.then((given) => ofReviewer(at, check, given))
        : ofReviewer(at, check, verdict);
    }),
  );
}

/** A verdict that is a model's on its own work says so first. */
function ofReviewer(
  { run, task, attempt }: AttemptPlace,
  check: number,
  verdict: Verdict,
): Verdict {
  const asked = [...(attempt.questions ?? [])].find(([, question]) => question.check === check);
  const child = asked === undefined ? undefined : run.tasks.get(`${task.task.key}/${asked[0]}`);
  const author = child?.asks?.author;
  if (author === undefined || asked?.[1].by !== `model:${author}`) return verdict;
  const { evidence } = verdict;
  return {
    ...verdict,
    evidence: evidence === undefined ? OWN_REVIEW : `${OWN_REVIEW}; ${evidence}`,
  };
}

/** Where an attempt worked, and what it changed there. */
interface Folder {
  readonly path: string;
  readonly changed: readonly string[];
}

type Outcome = Verdict | Ask;

type Validate = (link: ChainLink, folder: Folder | undefined) => Promise<Outcome> | Outcome;

/** Makes a check where the attempt works, and records what came of it: at once where it is over at once. */
function judge(
  host: AttemptHost,
  at: AttemptPlace,
  check: number,
  validate: Validate,
): Promise<void> | undefined {
  const opening = openWorkspace(host, at);
  if (opening === undefined) return judgeIn(host, at, check, validate, undefined);
  // Where the folder cannot be looked at, it is not the check that failed.
  return lookAt(at, opening).then((folder) => judgeIn(host, at, check, validate, folder));
}

/** A validator that throws refuses: an answer that could not be checked is not accepted. */
function judgeIn(
  host: AttemptHost,
  at: AttemptPlace,
  check: number,
  validate: Validate,
  folder: Folder | undefined,
): Promise<void> | undefined {
  const link = linkOf(at, check);
  let outcome: Promise<Outcome> | Outcome;
  try {
    outcome = validate(link, folder);
  } catch (error) {
    outcome = notMade(link, error);
  }
  if (!(outcome instanceof Promise)) {
    record(host, at, check, link, outcome);
    return undefined;
  }
  return outcome.then(
    (given) => record(host, at, check, link, given),
    (error: unknown) => record(host, at, check, link, notMade(link, error)),
  );
}

async function lookAt(at: AttemptPlace, opening: Promise<Workspace>): Promise<Folder> {
  const workspace = await opening;
  return { path: workspace.path, changed: await workspace.changed(at.live.cancel.signal) };
}

function notMade({ name }: ChainLink, error: unknown): Verdict {
  const message = error instanceof Error ? error.message : String(error);
  return {
    kind: 'fail',
    findings: [{ message: `The check ${name} could not be made: ${message}`, code: BROKEN_CHECK }],
  };
}

/** A check that does not hear its signal is not waited for: neither once it is of no use, nor once its time is over. */
function timed(
  host: AttemptHost,
  at: AttemptPlace,
  link: ChainLink,
  folder: Folder | undefined,
  check: (ctx: ValidationContext) => Promise<Outcome> | Outcome,
): Promise<Outcome> | Outcome {
  const { cancel } = at.live;
  if (cancel.aborted) throw cancel.reason;
  const context = contextFor(at, link, folder);
  const outcome = check(context);
  // A promise of another make is a promise too.
  if (!('then' in outcome)) return outcome;
  const timeoutMs = link.validator.timeoutMs ?? CHECK_TIMEOUT_MS;
  return within(outcome, CheckContext.stopOf(context), {
    cancel,
    deadlines: host.deadlines,
    timeoutMs,
    done: (verdict) => verdict,
    failed: (error) => Promise.reject(error),
    late: () => Promise.reject(new Error(`it was not over within ${timeoutMs / 1_000} s`)),
  });
}

function record(
  host: AttemptHost,
  at: AttemptPlace,
  check: number,
  link: ChainLink,
  outcome: Verdict | Ask,
): void {
  if (at.live.cancel.aborted) return;
  const validator = link.name;
  if (outcome.kind === 'ask') {
    const id = `review-${at.task.past.length + 1}-${check}`;
    void host.append([draftOf(at, 'question.asked', { id, check, validator, ask: outcome })]);
    host.asked(at);
    return;
  }
  const { tier } = link.validator;
  void host.append([draftOf(at, 'verdict.given', { check, validator, tier, verdict: outcome })]);
}

function linkOf(at: AttemptPlace, check: number): ChainLink {
  const link = at.live.chain[check];
  if (link === undefined) throw new OverseerError('kernel.check', `There is no check ${check}.`);
  return link;
}

/** What a validator may look at. A class, because objects with a getter of their own are slow to make. */
class CheckContext implements ValidationContext {
  readonly #at: AttemptPlace;
  #own: Cancellation | undefined;
  readonly task: PlanTask;
  readonly changed: readonly string[];
  readonly value: Json | undefined;

  constructor(at: AttemptPlace, changed: readonly string[], value: Json | undefined) {
    this.#at = at;
    this.task = at.task.task;
    this.changed = changed;
    this.value = value;
  }

  /** A signal that nobody reads is never made. */
  get signal(): AbortSignal {
    return this.#stop().signal;
  }

  /** What a check is stopped by; no business of its validator's. */
  static stopOf(context: CheckContext): Cancellation {
    return context.#stop();
  }

  /** Made when it is asked for: most checks are over before anybody could stop them. */
  #stop(): Cancellation {
    this.#own ??= new Cancellation();
    return this.#own;
  }

  /** What the tasks that this one needs gave. */
  get inputs(): NonNullable<ValidationContext['inputs']> {
    return inputsOf(this.#at);
  }
}

const NOTHING: readonly string[] = [];

function contextFor(
  at: AttemptPlace,
  { value }: ChainLink,
  folder: Folder | undefined,
): CheckContext {
  if (folder === undefined) return new CheckContext(at, NOTHING, value);
  const context = new CheckContext(at, folder.changed, value);
  return Object.assign(context, { workspace: folder.path });
}

/** What the tasks that this one needs gave. */
function inputsOf({ run, task }: AttemptPlace): NonNullable<ValidationContext['inputs']> {
  return task.task.needs.flatMap((key) => {
    const needed = run.tasks.get(key);
    if (needed?.output === undefined) return [];
    return [{ key, title: needed.task.title, output: needed.output }];
  });
}
