import { appendFileSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createOverseer, type Overseer } from '@overseer/core';
import { OverseerError } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import {
  acceptHandoff,
  acceptLateReplies,
  awayOf,
  closeHandoff,
  handOffTo,
  lateReplies,
  sendLateReplies,
} from '@overseer/storage/handoff';
import { fileSink, openPackage, packageFile } from '@overseer/storage/package';
import { type Death, Mortal } from '../handoff/mortal.ts';
import { type HandoffPlace, type Part, storeAt, TASKS } from '../handoff/place.ts';

/** One side's part of a handoff between two stores, in a process that may die at any step of it. */
const [part = '', placeText = '{}', deathText = '{}'] = process.argv.slice(2);
const place: HandoffPlace = JSON.parse(placeText);
const death: Death = JSON.parse(deathText);
const mortal = new Mortal(death);

/** A holder that was killed may be taken for alive until its lease has run out, in ms. */
const PATIENCE_MS = 20_000;

/** How long the model takes, in ms. */
const ANSWER_MS = 40;

/** Tasks that are done before the project leaves. */
const DONE_BEFORE = 3;

const model = fakeModel({
  reply: async ({ messages }) => {
    const [, task = ''] = /Do part (\w+)\./.exec(JSON.stringify(messages)) ?? [];
    await sleep(ANSWER_MS);
    appendFileSync(place.calls, `${part} ${task}\n`);
    return { text: `Part ${task} is done.` };
  },
});
const team = { overseer: 'worker', models: { worker: { model } } } as const;
const parts: Readonly<Record<Part, () => Promise<void>>> = {
  send,
  take,
  late: packLate,
  'take-late': takeLate,
  work,
  close,
};
await parts[part as Part]();

async function send(): Promise<void> {
  await withStore(place.here, async (store) => {
    const isAway = (await awayOf(store, 'default')) !== undefined;
    const overseer = isAway ? undefined : await begin(store);
    await using sink = mortal.sink(await fileSink(place.package));
    const given = overseer === undefined ? {} : { overseer };
    mortal.arm();
    // What is under way ends late, so that the way of late replies is gone too.
    const options = { store, sign: place.sender.secret, waitMs: 0, ...given };
    await untilFree(() => handOffTo(place.receiver.public, sink, options));
    await overseer?.drained();
    await overseer?.close();
  });
}

/** Works until some tasks are done, so that it leaves in the middle. */
async function begin(store: StateStore): Promise<Overseer> {
  const overseer = await opened(store);
  const [left] = overseer.unfinished();
  if (left === undefined) {
    const tasks = Array.from({ length: TASKS }, (_, index) => ({
      key: `t${index}`,
      instruction: `Do part t${index}.`,
      ...(index === 0 ? {} : { needs: [`t${index - 1}`] }),
    }));
    overseer.run({ tasks }).result.catch(() => undefined);
  } else overseer.open(left.id).resume();
  const isFar = async (): Promise<boolean> =>
    (await store.events.read({ stream: 'project/default', after: 0, limit: 10_000 })).filter(
      ({ type }) => type === 'task.done',
    ).length >= DONE_BEFORE;
  while (!(await isFar())) await sleep(5);
  return overseer;
}

async function take(): Promise<void> {
  const from = await openPackage(packageFile(place.package), {
    secret: place.receiver.secret,
    from: [place.sender.public],
  });
  await withStore(place.there, async (store) => {
    mortal.arm();
    const how = { store, secret: place.receiver.secret, team };
    const { receipt } = await untilFree(() => acceptHandoff(from, how));
    await using sink = mortal.sink(await fileSink(place.answer));
    await sink.write(Buffer.from(JSON.stringify(receipt)));
    await sink.commit();
  });
}

async function packLate(): Promise<void> {
  await withStore(place.here, async (store) => {
    if ((await lateReplies(store, 'default')).length === 0) return;
    await using sink = mortal.sink(await fileSink(place.late));
    mortal.arm();
    await sendLateReplies(sink, { store, sign: place.sender.secret });
  });
}

async function takeLate(): Promise<void> {
  const secret = place.receiver.secret;
  const from = await openPackage(packageFile(place.late), { secret, from: [place.sender.public] });
  await withStore(place.there, async (store) => {
    mortal.arm();
    await untilFree(() => acceptLateReplies(from, { store, secret }));
  });
}

async function work(): Promise<void> {
  await withStore(place.there, async (store) => {
    mortal.arm();
    const overseer = await opened(store);
    for (const run of overseer.unfinished()) overseer.open(run.id).resume();
    for (const run of overseer.unfinished()) await overseer.open(run.id).result;
    await overseer.close();
  });
}

async function close(): Promise<void> {
  await withStore(place.here, async (store) => {
    mortal.arm();
    const receipt = JSON.parse(readFileSync(place.answer, 'utf8'));
    await untilFree(() => closeHandoff(receipt, { store }));
  });
}

/** The overseer of the store, which is not closed with it. */
function opened(store: StateStore): Promise<Overseer> {
  const view = { ...store, close: async () => undefined };
  return untilFree(() => createOverseer({ ...team, store: async () => view, graceMs: 0 }));
}

async function withStore(
  at: HandoffPlace['here'],
  use: (store: StateStore) => Promise<void>,
): Promise<void> {
  const store = mortal.store(await storeAt(at)());
  await use(store);
  await store.close();
}

async function untilFree<T>(work: () => Promise<T>): Promise<T> {
  const endAt = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isBusy = OverseerError.is(error) && error.code === 'store.busy';
      if (!isBusy || performance.now() > endAt) throw error;
    }
    await sleep(100);
  }
}
