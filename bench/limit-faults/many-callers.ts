import { setImmediate as turn } from 'node:timers/promises';
import { createOverseer } from '@overseer/core';
import type { OverseerEvent } from '@overseer/core/spec';
import { createFakeClock, fakeModel } from '@overseer/core/testing';
import type { Random } from '../harness/random.ts';

const MINUTE = 60_000;
const LIMITS = {
  perModel: 400,
  perTenSeconds: 900,
  perSession: 300_000,
  atOnce: 64,
} as const;

/** What came of many callers. */
export interface ManyCallers {
  readonly violations: readonly string[];
  readonly calls: number;
  readonly mostAtOnce: number;
  /** What was held at the end, of all limits together. */
  readonly heldAfterwards: number;
}

/**
 * Has as many runs as there are callers started at once, on two models that share limits, and counts in the journal
 * whether any limit was exceeded at any instant.
 */
export async function manyCallers(callers: number, random: Random): Promise<ManyCallers> {
  const clock = createFakeClock();
  const events: OverseerEvent[] = [];
  let open = 0;
  const reply = async (): Promise<{ readonly text: string }> => {
    open += 1;
    const { promise, resolve } = Promise.withResolvers<void>();
    clock.after(1 + Math.floor(random() * 900), resolve);
    await promise;
    open -= 1;
    return { text: 'done' };
  };
  await using overseer = await createOverseer({
    overseer: 'a',
    models: {
      a: { model: fakeModel({ reply }), limits: ['400 calls / 10s'], concurrency: 100 },
      b: { model: fakeModel({ reply }), limits: ['400 calls / 10s'], concurrency: 100 },
    },
    limits: [{ per: 'all', limits: ['900 calls / 10s', '64 at once'] }],
    pools: { both: { of: ['a', 'b'], limits: ['300k tokens / 1m session, soft'] } },
    clock,
  });
  const runs = Array.from({ length: callers }, () =>
    overseer.run({ tasks: [{ instruction: 'x', kind: 'code' }] }),
  );
  const results = runs.map(async (run) => {
    const { status } = await run.result;
    for await (const event of run) if (event.type.startsWith('call.')) events.push(event);
    return status;
  });
  let left = callers;
  for (const result of results) void result.then(() => (left -= 1));
  let mostAtOnce = 0;
  while (left > 0) {
    await turn();
    mostAtOnce = Math.max(mostAtOnce, open);
    clock.advance(Math.min(clock.untilNextMs ?? 0, MINUTE));
  }
  const statuses = await Promise.all(results);
  const uses = [...overseer.limits(), ...overseer.models().flatMap(({ limits }) => limits)];
  return {
    violations: [
      ...(statuses.every((status) => status === 'completed') ? [] : ['Not every run completed.']),
      ...audit(events.sort((one, other) => one.seq - other.seq)),
    ],
    calls: events.filter(({ type }) => type === 'call.started').length,
    mostAtOnce,
    heldAfterwards: uses.reduce((sum, { held }) => sum + held, 0),
  };
}

/** Counts every call anew, at every start. */
function audit(events: readonly OverseerEvent[]): readonly string[] {
  const starts = events.filter((event) => event.type === 'call.started');
  const problems: string[] = [];
  const most = (what: string, capacity: number, found: number): void => {
    if (found > capacity) problems.push(`${found} of ${capacity} ${what}.`);
  };
  most('calls in 10 s', LIMITS.perTenSeconds, mostInSpan(starts.map(({ at }) => at)));
  for (const model of ['a', 'b']) {
    const mine = starts.filter((event) => event.model === model).map(({ at }) => at);
    most(`calls of ${model} in 10 s`, LIMITS.perModel, mostInSpan(mine));
  }
  let open = 0;
  for (const { type } of events) {
    open += type === 'call.started' ? 1 : -1;
    most('calls at once', LIMITS.atOnce, open);
  }
  return [...problems, ...auditSessions(events)];
}

/** The most of these moments, ascending, that lie in any 10 s. */
function mostInSpan(moments: readonly number[]): number {
  let most = 0;
  let first = 0;
  for (const [index, at] of moments.entries()) {
    while ((moments[first] ?? at) <= at - 10_000) first += 1;
    most = Math.max(most, index - first + 1);
  }
  return most;
}

/** Tokens of each session of a minute, with every call at the time of its start. */
function auditSessions(events: readonly OverseerEvent[]): readonly string[] {
  const settled = settledTokens(events);
  const problems: string[] = [];
  let end = 0;
  let used = 0;
  for (const { at, call = '' } of events.filter(({ type }) => type === 'call.started')) {
    if (at >= end) [end, used] = [at + MINUTE, 0];
    used += settled.get(call) ?? 0;
    if (used > LIMITS.perSession) problems.push(`${used} tokens in a session.`);
  }
  return problems;
}

/** What each call was charged in the end. */
function settledTokens(events: readonly OverseerEvent[]): ReadonlyMap<string, number> {
  const settled = new Map<string, number>();
  for (const event of events) {
    if (event.type !== 'call.finished') continue;
    const { inputTokens, outputTokens } = event.data.settled;
    settled.set(event.call ?? '', inputTokens + outputTokens);
  }
  return settled;
}
