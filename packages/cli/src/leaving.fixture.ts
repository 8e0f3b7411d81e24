import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import {
  createOverseer,
  type Overseer,
  type OverseerOptions,
  type Run,
  type RunOptions,
  type RunResult,
} from '@overseer/core';
import type { OpenStore, StateStore, TaskInput } from '@overseer/core/spec';
import { type FakeModel, type FakeReply, fakeModel } from '@overseer/core/testing';
import { handOffTo, type SentHandoff } from '@overseer/storage/handoff';
import { type OpenedPackage, openPackage, packageBytes } from '@overseer/storage/package';
import { bytesSink, receiver, sender } from './handoff.fixture.ts';

/** The team of an overseer that is asked for nothing else. */
export type Team = Omit<OverseerOptions, 'store'>;

/** A team whose one model answers so, by the number of the call, and that model. */
export function teamOf(
  reply: (nth: number) => FakeReply | Promise<FakeReply>,
  more: Partial<Team> = {},
): { readonly model: FakeModel; readonly options: Team } {
  const model = fakeModel({ reply: (_, nth) => reply(nth) });
  const models = { one: { model, price: { input: 1, output: 2 } } };
  return { model, options: { overseer: 'one', models, ...more } };
}

/** Tasks of these keys, each of which needs the one before it. */
export function chainOf(...keys: readonly string[]): readonly TaskInput[] {
  return keys.map((key, at) => {
    const before = keys[at - 1];
    return { key, instruction: `do ${key}`, ...(before === undefined ? {} : { needs: [before] }) };
  });
}

/** How an overseer is brought into the middle of a call. */
export interface Wish {
  readonly open: OpenStore;
  readonly tasks?: readonly TaskInput[];
  /** Which call is held back, from 1; those before it are answered at once, those after it too. */
  readonly nth?: number;
  readonly team?: Partial<Team>;
  readonly run?: RunOptions;
}

/** An overseer in the middle of a call. */
export interface InACall {
  readonly overseer: Overseer;
  readonly run: Run;
  readonly open: OpenStore;
  readonly options: Team;
  /** How often the provider was asked, wherever; each time is paid. */
  paid(): number;
  /** Answers the call. */
  end(reply: FakeReply): void;
}

/** Begins a run, and resolves once the call is under way. */
export async function inACall(wish: Wish): Promise<InACall> {
  const { open, tasks = chainOf('a'), nth: heldBack = 1, team = {}, run: how = {} } = wish;
  const held = Promise.withResolvers<FakeReply>();
  const reply = (nth: number): FakeReply | Promise<FakeReply> =>
    nth === heldBack ? held.promise : { text: `answer ${nth}` };
  const { model, options } = teamOf(reply, { graceMs: 0, ...team });
  const overseer = await createOverseer({ ...options, store: open });
  const run = overseer.run({ tasks }, how);
  run.result.catch(() => undefined);
  while (model.requests.length < heldBack) await pass(5);
  const paid = (): number => model.requests.length;
  return { overseer, run, open, options, paid, end: held.resolve };
}

/** A project that left its store while a call was under way, which was answered so afterwards. */
export interface Left extends InACall {
  readonly store: StateStore;
  readonly sent: SentHandoff;
  readonly bytes: Buffer;
}

/** Hands the project off with the call under way, which ends afterwards. */
export async function leaving(there: InACall, reply: FakeReply, lateMs = 0): Promise<Left> {
  const { overseer } = there;
  const store = await there.open();
  const sink = bytesSink();
  const how = { store, overseer, sign: sender.secret, waitMs: 0, lateMs };
  const sent = await handOffTo(receiver.public, sink, how);
  await ending(there, reply);
  return { ...there, store, sent, bytes: sink.bytes() };
}

/** Gives the project up within its store, where the reply then waits as a message for whoever is next. */
export async function leavingMail(
  there: InACall,
  reply: FakeReply,
): Promise<InACall & { readonly store: StateStore }> {
  await there.overseer.handOver({ because: 'maintenance', by: 'mia', waitMs: 0 });
  await ending(there, reply);
  return { ...there, store: await there.open() };
}

async function ending({ overseer, end }: InACall, reply: FakeReply): Promise<void> {
  end(reply);
  await overseer.drained();
  await overseer.close();
}

/** A package that the receiver opens, from one of these senders. */
export function opened(
  bytes: Buffer,
  from: readonly string[] = [sender.public],
): Promise<OpenedPackage> {
  return openPackage(packageBytes(bytes), { secret: receiver.secret, from });
}

/** Goes on with a run in a store, to its end. */
export async function goneOn(options: Team, open: OpenStore, run: Run): Promise<RunResult> {
  const overseer = await createOverseer({ ...options, store: open });
  const going = overseer.open(run.id);
  going.resume();
  const result = await going.result;
  await overseer.close();
  return result;
}

/** A folder for the tests of one file, which goes after them; the hooks are the runner's. */
export function testFolder(
  beforeAll: (make: () => Promise<void>) => void,
  afterAll: (remove: () => Promise<void>) => void,
): { readonly path: string; readonly newPath: (end: string) => string } {
  let path = '';
  let count = 0;
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), 'overseer-'));
  });
  afterAll(() => rm(path, { recursive: true }));
  return {
    get path() {
      return path;
    },
    newPath: (end) => join(path, `${count++}.${end}`),
  };
}
