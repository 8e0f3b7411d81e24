import { join } from 'node:path';
import { postgresPrograms, startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { handOffUnderKills, type KilledHandoff } from '../handoff/hand-off-under-kills.ts';
import type { StorePlace } from '../handoff/place.ts';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';

/** From which kind of store to which, in turn. */
const WAYS: readonly (readonly [StorePlace['kind'], StorePlace['kind']])[] = [
  ['file', 'file'],
  ['file', 'database'],
  ['database', 'file'],
  ['database', 'database'],
];

/** Hands a project from one store to another while both sides are killed at every step of it. */
export const work: FaultWork = {
  summary: 'kill -9 of both sides of a handoff between two stores, at every step of it',
  trials: 8,
  about: `In each trial a project with a run in the middle goes from one store to another: file to file, file to PostgreSQL, PostgreSQL to file,
PostgreSQL to PostgreSQL, in turn. Leaving, packing, accepting, sending what came late and closing are done by processes of which
the first dies at its first write, the next at its second, and so on, before or after it by chance; the receiver dies in its
work too. Nothing may be lost, no task done twice, nothing answered asked again, and the project live in one store alone
(about a minute a trial). Without PostgreSQL all trials are from file to file.`,
  run: handOff,
};

async function handOff({ random, trials, folder, progress }: FaultSetting): Promise<FaultReport> {
  const hasServer = trials > 1 && postgresPrograms() !== undefined;
  await using server = hasServer ? await startPostgres() : undefined;
  const storeIn = (kind: StorePlace['kind'], trial: number, side: string): StorePlace =>
    kind === 'database' && server !== undefined
      ? { kind, connection: server.url, schema: `${side}_${trial}` }
      : { kind: 'file', path: join(folder, `${side}-${trial}.db`) };
  const done: KilledHandoff[] = [];
  for (let trial = 0; trial < trials; trial++) {
    const [from, to] = WAYS[trial % WAYS.length] ?? ['file', 'file'];
    const stores = { here: storeIn(from, trial, 'here'), there: storeIn(to, trial, 'there') };
    done.push(
      await handOffUnderKills(stores, join(folder, String(trial)), random, trial % 2 === 0),
    );
    const kills = done.at(-1)?.kills ?? {};
    progress(
      `handoff: ${trial + 1} of ${trials}, ${from} to ${to}, kills ${JSON.stringify(kills)}`,
    );
  }
  const sum = (of: (one: KilledHandoff) => number): number =>
    done.reduce((all, one) => all + of(one), 0);
  return {
    trials,
    violations: done.flatMap(({ violations }, at) =>
      violations.map((sentence) => `Trial ${at + 1}: ${sentence}`),
    ),
    samples: {},
    counts: {
      kills: sum(({ kills }) => Object.values(kills).reduce((all, some) => all + some, 0)),
      killsOfSender: sum(({ kills }) => kills.send + kills.late + kills.close),
      killsOfReceiver: sum(({ kills }) => kills.take + kills['take-late'] + kills.work),
      events: sum(({ events }) => events),
      lateReplies: sum(({ late }) => late),
      callsInDoubt: sum(({ uncertain }) => uncertain),
    },
  };
}
