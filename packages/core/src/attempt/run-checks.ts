import { OverseerError } from '../errors/overseer-error.ts';
import { Cancellation } from '../internal/cancellation.ts';
import { answerText } from '../journal/fold-attempt.ts';
import { NOT_CHECKED } from '../route/attempt-watch.ts';
import type { Ask, ValidationContext, Verdict } from '../spec/validator.ts';
import type { ChainLink } from '../validate/chain.ts';
import { type AttemptHost, type AttemptPlace, placeOf } from './attempt-host.ts';
import { openWorkspace } from './open-workspace.ts';

/** For checks that say nothing of their own. */
const CHECK_TIMEOUT_MS = 600_000;

/** Makes one check of an attempt's answer and records the verdict, or the question that it asks. */
export function runCheck(host: AttemptHost, at: AttemptPlace, check: number): Promise<void> {
  const link = linkOf(at, check);
  const answer = { text: answerText(at.attempt), parts: at.attempt.steps.at(-1)?.parts ?? [] };
  return judge(host, at, check, link, (ctx, timed) =>
    // A check that never comes back gives its place to others when its time is over.
    host.bounded(() => timed(() => link.validator.validate(answer, ctx))),
  );
}

/** Turns the reply to a check's question into its verdict and records it. */
export function concludeCheck(
  host: AttemptHost,
  at: AttemptPlace,
  check: number,
  reply: string,
): Promise<void> {
  const link = linkOf(at, check);
  return judge(host, at, check, link, (ctx, timed) =>
    timed(async () => {
      if (link.validator.conclude === undefined) {
        throw new OverseerError(
          'validator.no-conclude',
          `The validator ${link.name} asks but has no conclude().`,
        );
      }
      return await link.validator.conclude(reply, ctx);
    }),
  );
}

/** Runs one check within its time. */
type Timed = <T>(check: () => Promise<T>) => Promise<T>;

/** A validator that throws refuses: an answer that could not be checked is not accepted. */
async function judge(
  host: AttemptHost,
  at: AttemptPlace,
  check: number,
  link: ChainLink,
  work: (ctx: ValidationContext, timed: Timed) => Promise<Verdict | Ask>,
): Promise<void> {
  const opening = openWorkspace(host, at);
  // Only where there is a folder is there anything to wait for before the check.
  const changed = opening === undefined ? [] : await (await opening).changed(at.live.cancel.signal);
  const path = opening === undefined ? undefined : (await opening).path;
  const own = new Cancellation();
  let outcome: Verdict | Ask;
  try {
    outcome = await work(contextFor(at, link, own, changed, path), (validate) =>
      withinTime(host, at, link, own, validate),
    );
  } catch (error) {
    if (at.live.cancel.aborted) return;
    const message = error instanceof Error ? error.message : String(error);
    const findings = [
      { code: NOT_CHECKED, message: `The check ${link.name} could not be made: ${message}` },
    ];
    outcome = { kind: 'fail', findings };
  }
  record(host, at, check, link, outcome);
}

/** A check that does not hear its signal is not waited for: neither once it is of no use, nor once its time is over. */
function withinTime<T>(
  host: AttemptHost,
  at: AttemptPlace,
  { validator }: ChainLink,
  own: Cancellation,
  check: () => Promise<T>,
): Promise<T> {
  const { cancel } = at.live;
  if (cancel.aborted) return Promise.reject(cancel.reason);
  const timeoutMs = validator.timeoutMs ?? CHECK_TIMEOUT_MS;
  return new Promise((resolve, reject) => {
    const giveUp = (reason: unknown): void => {
      stopWaiting();
      own.abort(reason);
      reject(reason);
    };
    const stopListening = cancel.onAbort(giveUp);
    const stopWaiting = host.deadlines.add(timeoutMs, () => {
      stopListening();
      giveUp(new Error(`it was not over within ${timeoutMs / 1_000} s`));
    });
    const end = (): void => {
      stopListening();
      stopWaiting();
    };
    start(check).then(
      (outcome) => {
        end();
        resolve(outcome);
      },
      (error: unknown) => {
        end();
        reject(error);
      },
    );
  });
}

/** A check that throws where it should reject is answered alike. */
async function start<T>(check: () => Promise<T>): Promise<T> {
  return await check();
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
    void host.append([
      { type: 'question.asked', ...placeOf(at), data: { id, check, validator, ask: outcome } },
    ]);
    host.asked(at);
    return;
  }
  const { tier } = link.validator;
  void host.append([
    {
      type: 'verdict.given',
      ...placeOf(at),
      data: { check, validator, tier, verdict: outcome },
    },
  ]);
}

function linkOf(at: AttemptPlace, check: number): ChainLink {
  const link = at.live.chain[check];
  if (link === undefined) throw new OverseerError('kernel.check', `There is no check ${check}.`);
  return link;
}

function contextFor(
  at: AttemptPlace,
  link: ChainLink,
  own: Cancellation,
  changed: readonly string[],
  workspace: string | undefined,
): ValidationContext {
  return {
    task: at.task.task,
    get signal() {
      return own.signal;
    },
    changed,
    value: link.value,
    ...(workspace === undefined ? {} : { workspace }),
  };
}
