import { type OpenTeam, openTeam } from './create-overseer.ts';
import { type HeldModel, heldModel } from './held-model.fixture.ts';
import type { OverseerOptions } from './options.ts';
import { Overseer } from './overseer.ts';
import type { HedgeOptions } from './route/hedge-options.ts';
import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { TaskInput } from './spec/task.ts';
import type { Validator } from './spec/validator.ts';
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

/** Two coders, of which the first gets a task before the second. */
export interface Bench {
  readonly team: OpenTeam;
  readonly overseer: Overseer;
  readonly clock: FakeClock;
  readonly a: HeldModel;
  readonly b: HeldModel;
}

type Entry = Partial<OverseerOptions['models'][string]>;

/** What of a bench is told apart; hedging is on unless `hedge` is `undefined`. */
export interface BenchOptions extends Partial<Omit<OverseerOptions, 'models'>> {
  readonly hedge?: HedgeOptions | undefined;
  readonly a?: HeldModel;
  readonly b?: HeldModel;
  readonly ofA?: Entry;
  readonly ofB?: Entry;
  /** Other models of the team. */
  readonly more?: OverseerOptions['models'];
}

/** After a second, whatever it costs. */
export const AFTER = { afterMs: 1_000, share: 1 };
/** A task for either coder. */
export const CODE: TaskInput = { key: 'x', instruction: 'Write it.', kind: 'code' };

/** Opens a bench: model `a` is first in line, model `b` second. */
export async function openBench(options: BenchOptions = {}): Promise<Bench> {
  const { hedge, ofA, ofB, a = heldModel('a'), b = heldModel('b'), more, ...rest } = options;
  const { clock = createFakeClock(), routing } = rest;
  const team = await openTeam({
    overseer: 'boss',
    models: {
      boss: { model: fakeModel({ id: 'boss', reply: () => ({ text: 'ok' }) }) },
      a: { model: a, role: 'coder', ...ofA },
      b: { model: b, role: 'coder', ...ofB },
      ...more,
    },
    random: () => 0,
    ...rest,
    clock,
    routing: { ...routing, ...('hedge' in options ? hedge && { hedge } : { hedge: AFTER }) },
  });
  const overseer = new Overseer(team.settings, team.open, team.dispose);
  return { team, overseer, clock: clock as FakeClock, a, b };
}

/** Opens a bench on which a task has begun, and its first model has said nothing for 1.1 s. */
export async function openWaiting(
  options: BenchOptions = {},
  task: TaskInput = CODE,
): Promise<Bench & { readonly run: Run }> {
  const bench = await openBench(options);
  const run = bench.overseer.run({ tasks: [task] });
  await silence(bench.clock, 1_100);
  return { ...bench, run };
}

/** Refuses what says that it is bad. */
export const good: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: async ({ text }) =>
    text.includes('bad')
      ? { kind: 'fail', findings: [{ message: 'It is bad.' }] }
      : { kind: 'pass' },
};

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets some time go by in which no model says anything. */
export async function silence(clock: FakeClock, ms: number): Promise<void> {
  await settle();
  clock.advance(ms);
  await settle();
}

/** What is held of any budget or limit. */
export function held({ team }: Bench): number {
  const { projection } = team.open;
  const limits = [...team.settings.members.values()].flatMap((member) =>
    member.limits.use(team.settings.clock.now()),
  );
  return [...projection.budgets.use(), ...limits].reduce((sum, use) => sum + use.held, 0);
}

/** All events of a run that ends. */
export async function eventsOf(
  run: AsyncIterable<OverseerEvent>,
): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

/** What became of calls, and whose they were, in order. */
export function callsIn(events: readonly OverseerEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type.startsWith('call.') ? [`${event.type} ${event.model}`] : [],
  );
}

/** The calls that began. */
export function started(
  events: readonly OverseerEvent[],
): readonly OverseerEvent<'call.started'>[] {
  return events.filter((event) => event.type === 'call.started');
}
