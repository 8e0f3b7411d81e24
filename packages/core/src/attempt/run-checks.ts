import { OverseerError } from '../errors/overseer-error.ts';
import type { Cancellation } from '../internal/cancellation.ts';
import { answerText } from '../journal/fold-attempt.ts';
import type { Ask, ValidationContext, Verdict } from '../spec/validator.ts';
import type { ChainLink } from '../validate/chain.ts';
import { type AttemptHost, type AttemptPlace, placeOf } from './attempt-host.ts';
import { openWorkspace } from './open-workspace.ts';

/** Makes one check of an attempt's answer and records the verdict, or the question that it asks. */
export function runCheck(host: AttemptHost, at: AttemptPlace, check: number): Promise<void> {
  const link = linkOf(at, check);
  const answer = { text: answerText(at.attempt), parts: at.attempt.steps.at(-1)?.parts ?? [] };
  return judge(host, at, check, link, (ctx) =>
    host.bounded(() => {
      if (at.live.cancel.aborted) return Promise.reject(at.live.cancel.reason);
      return link.validator.validate(answer, ctx);
    }),
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
  return judge(host, at, check, link, async (ctx) => {
    if (link.validator.conclude === undefined) {
      throw new OverseerError(
        'validator.no-conclude',
        `The validator ${link.name} asks but has no conclude().`,
      );
    }
    return await link.validator.conclude(reply, ctx);
  });
}

/** A validator that throws refuses: an answer that could not be checked is not accepted. */
async function judge(
  host: AttemptHost,
  at: AttemptPlace,
  check: number,
  link: ChainLink,
  work: (ctx: ValidationContext) => Promise<Verdict | Ask>,
): Promise<void> {
  const opening = openWorkspace(host, at);
  // Only where there is a folder is there anything to wait for before the check.
  const changed = opening === undefined ? [] : await (await opening).changed(at.live.cancel.signal);
  const path = opening === undefined ? undefined : (await opening).path;
  let outcome: Verdict | Ask;
  try {
    outcome = await unlessAborted(at.live.cancel, work(contextFor(at, link, changed, path)));
  } catch (error) {
    if (at.live.cancel.aborted) return;
    const message = error instanceof Error ? error.message : String(error);
    const findings = [{ message: `The check ${link.name} could not be made: ${message}` }];
    outcome = { kind: 'fail', findings };
  }
  record(host, at, check, link, outcome);
}

/** A check that does not hear its signal is not waited for once it is of no use. */
function unlessAborted<T>(cancel: Cancellation, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const stopListening = cancel.onAbort(reject);
    work.then(resolve, reject).finally(stopListening);
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
  changed: readonly string[],
  workspace: string | undefined,
): ValidationContext {
  const { cancel } = at.live;
  return {
    task: at.task.task,
    get signal() {
      return cancel.signal;
    },
    changed,
    value: link.value,
    ...(workspace === undefined ? {} : { workspace }),
  };
}
