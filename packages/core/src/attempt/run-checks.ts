import { OverseerError } from '../errors/overseer-error.ts';
import { answerText } from '../journal/fold-attempt.ts';
import type { Ask, ValidationContext, Verdict } from '../spec/validator.ts';
import type { ChainLink } from '../validate/chain.ts';
import { type AttemptHost, type AttemptPlace, placeOf } from './attempt-host.ts';
import { openWorkspace } from './open-workspace.ts';

/** Makes one check of an attempt's answer and records the verdict, or the question that it asks. */
export async function runCheck(host: AttemptHost, at: AttemptPlace, check: number): Promise<void> {
  const link = linkOf(host, at, check);
  const ctx = await contextFor(host, at, link);
  const parts = at.attempt.steps.at(-1)?.parts ?? [];
  const answer = { text: answerText(at.attempt), parts };
  const outcome = await host.bounded(() => attemptCheck(link, () => link.validator.validate(answer, ctx)));
  record(host, at, check, link, outcome);
}

/** Turns the reply to a check's question into its verdict and records it. */
export async function concludeCheck(
  host: AttemptHost,
  at: AttemptPlace,
  check: number,
  reply: string,
): Promise<void> {
  const link = linkOf(host, at, check);
  const ctx = await contextFor(host, at, link);
  const outcome = await attemptCheck(link, async () => {
    if (link.validator.conclude === undefined) {
      throw new OverseerError(
        'validator.no-conclude',
        `The validator ${link.name} asks but has no conclude().`,
      );
    }
    return await link.validator.conclude(reply, ctx);
  });
  record(host, at, check, link, outcome);
}

/** A validator that throws refuses: an answer that could not be checked is not accepted. */
async function attemptCheck<T extends Verdict | Ask>(
  link: ChainLink,
  work: () => Promise<T>,
): Promise<T | Verdict> {
  try {
    return await work();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return {
      kind: 'fail',
      findings: [{ message: `The check ${link.name} could not be made: ${message}` }],
    };
  }
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

function linkOf(host: AttemptHost, at: AttemptPlace, check: number): ChainLink {
  const link = host.chainOf(at.task)[check];
  if (link === undefined) throw new OverseerError('kernel.check', `There is no check ${check}.`);
  return link;
}

async function contextFor(
  host: AttemptHost,
  at: AttemptPlace,
  link: ChainLink,
): Promise<ValidationContext> {
  const { cancel } = at.live;
  const workspace = await openWorkspace(host, at);
  return {
    task: at.task.task,
    get signal() {
      return cancel.signal;
    },
    changed: workspace === undefined ? [] : await workspace.changed(cancel.signal),
    value: link.value,
    ...(workspace === undefined ? {} : { workspace: workspace.path }),
  };
}
