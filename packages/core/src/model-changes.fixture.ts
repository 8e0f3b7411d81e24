import { takeEvents } from './journal/read-events.ts';
import type { mortalDisk } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { Model } from './spec/model.ts';
import type { FakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

/** The overseer, who is asked nothing here. */
export const boss: { readonly model: Model } = {
  model: fakeModel({ id: 'boss', reply: () => ({ text: 'done' }) }),
};

/** Lets some turns of the event loop pass. */
export async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise(setImmediate);
}

/** What is told of a model from now on, in words: its connection and its work, each with its code. */
export function hear(overseer: Overseer, name: string): string[] {
  const heard: string[] = [];
  overseer.onModel((news) => {
    if ('gone' in news) {
      if (news.gone === name) heard.push('gone');
      return;
    }
    const { connection, work, readiness } = news.now;
    const coded = ({ state, code }: { state: string; code: string | undefined }) =>
      code === undefined ? state : `${state}/${code}`;
    if (news.model === name) heard.push(`${coded(connection)} ${coded(work)} ${readiness}`);
  });
  heard.length = 0;
  return heard;
}

/** What the journal says of models: how each is connected, what it is at, whether its run is told, and why. */
export async function changes(disk: ReturnType<typeof mortalDisk>): Promise<readonly string[]> {
  const written: string[] = [];
  const store = await disk.open();
  await takeEvents(store, 'project/default', {}, ({ type, model, data, run }) => {
    if (type !== 'model.changed') return;
    const { connection, work, because } = data;
    written.push(
      `${model} ${connection} ${work}${run === undefined ? '' : ' in its run'}: ${because}`,
    );
  });
  return written;
}

/** Lets time pass until `check` holds. */
export async function until(clock: FakeClock, check: () => boolean): Promise<void> {
  for (let step = 0; step < 200 && !check(); step++) {
    await turns(5);
    if (!check()) clock.advance(Math.min(clock.untilNextMs ?? 1_000, 1_000));
  }
  if (!check()) throw new Error('It did not come to pass in time.');
}
