import { randomUUID } from 'node:crypto';
import { systemClock } from '@overseer/core/plugin';
import type { HandoffAway, HandoffTrigger, OverseerEvent, StateStore } from '@overseer/core/spec';
import { exportStore, type MoveProgress } from '../package/export-store.ts';
import { fingerprintOf } from '../package/keys.ts';
import type { CommittedSink } from '../package/package-source.ts';
import type { WrittenPackage } from '../package/write-package.ts';
import { HandoffError } from './handoff-error.ts';
import { awayOf, lastOf, noteStream, projectStream, writeNext } from './handoff-journal.ts';
import { keepMailedReplies, mailedCalls } from './mailed-replies.ts';
import { needsOf } from './needs-of.ts';
import { endOf } from './take-back.ts';

/** The part of an overseer that a handoff needs. */
export interface GivesUp {
  /** Gives its project up, and writes that it leaves. */
  handOver(order: {
    readonly trigger?: HandoffTrigger;
    readonly because: string;
    readonly by?: string;
    readonly away: HandoffAway;
    readonly waitMs?: number;
    readonly lateMs?: number;
  }): Promise<void>;
}

/** What is handed off, and by whom. */
export interface HandOffOptions {
  /** Where the project is. */
  readonly store: StateStore;
  /** Who works on it now, if anybody; it gives the project up, and is to be closed afterwards. */
  readonly overseer?: GivesUp;
  /** The default is `default`. */
  readonly project?: string;
  /** The secret key that signs the package. */
  readonly sign: string;
  /** What set it off; the default is `operator`. */
  readonly trigger?: HandoffTrigger;
  readonly because?: string;
  readonly by?: string;
  /**
   * How long calls under way may take to end, in ms; the default is 60,000, and 20,000 for `maintenance`. What is under way then is told of (`inFlight`): unless its reply
   * is sent after the project, it is charged at its estimate, and made again there.
   */
  readonly waitMs?: number;
  /**
   * How long a receiver with a database waits, in ms, for replies that come after the package (`sendLateReplies`) before it asks again; the
   * default is 0. Where the receiver has a file, accept them before its overseer is started.
   */
  readonly lateMs?: number;
  /** What only the receiver may read, such as keys of services; it is in the sealed package and nowhere else. */
  readonly secrets?: Readonly<Record<string, string>>;
  /**
   * Packs it once more though its receipt is here: for a receiver that has lost what it took. In two stores it would be worked twice. The
   * default is to refuse.
   */
  readonly again?: boolean;
  /** Hears how many events were packed, of how many. */
  readonly onProgress?: (progress: MoveProgress) => void;
  /** Gives up; a project that left by then stays away, and the same call goes on from there. */
  readonly signal?: AbortSignal;
}

/** A handoff that is under way: the package is whole, and the receipt is to come. */
export interface SentHandoff extends WrittenPackage {
  readonly handoff: string;
  /**
   * The calls that were under way when the project left, in spite of `waitMs`: each is paid here, and once more there unless its reply is sent
   * (`sendLateReplies`) before the receiver asks again. The package and its receipt name them too.
   */
  readonly inFlight: readonly string[];
}

/**
 * Packs a project for the owner of a public key, and for nobody else: from its last word on the store refuses to work on it
 * (`project.away`). Broken off at any step it is done again by the same call, with a new sink, which makes another package of the same
 * handoff. Throws
 * `HandoffError` `handoff.other` where it left for somebody else, `handoff.none` where there is no such project, `handoff.delivered` where
 * its receipt is here (but for `again`); `PackageError`, `StoreError` `store.busy` where somebody else works on it.
 */
export async function handOffTo(
  receiver: string,
  sink: CommittedSink,
  options: HandOffOptions,
): Promise<SentHandoff> {
  const { store, project = 'default', sign, because = 'handed off', by, secrets } = options;
  const { onProgress, signal } = options;
  const to = receiver.trim();
  fingerprintOf(to);
  const stream = projectStream(project);
  if ((await store.events.head(stream)) === 0) {
    throw new HandoffError(
      'handoff.none',
      `${store.name} has no project ${project}: name another.`,
    );
  }
  const { handoff } = (await awayOf(store, project)) ?? (await leave(options, to));
  const left = await awayOf(store, project);
  if (left?.receiver !== to || left.handoff !== handoff) {
    throw new HandoffError(
      'handoff.other',
      `${project} left ${store.name} for ${left === undefined ? 'nobody' : fingerprintOf(left.receiver)}, and only one can have it: recall it first.`,
    );
  }
  if (options.again !== true) await requireOpen(store, project, handoff);
  await keepMailedReplies(store, project);
  const needs = await needsOf(store, project);
  const inFlight = await inFlightOf(store, project);
  const written = await exportStore(store, sink, {
    sign,
    to: [to],
    label: handoff,
    streams: [stream],
    // They are sent after it, to be taken once.
    mail: false,
    ...(onProgress === undefined ? {} : { onProgress }),
    ...(signal === undefined ? {} : { signal }),
    about: {
      handoff,
      project,
      receiver: to,
      because,
      ...(by === undefined ? {} : { by }),
      needs: { ...needs },
      ...(inFlight.length === 0 ? {} : { inFlight }),
      ...(secrets === undefined ? {} : { secrets }),
    },
  });
  const { sender, streams } = written.manifest;
  await writeNext(store, noteStream(project), async () => {
    // The receipt of an earlier package may have come meanwhile.
    if (options.again !== true) await requireOpen(store, project, handoff);
    return {
      type: 'handoff.packed',
      data: {
        handoff,
        package: written.hash,
        sender,
        receiver: to,
        streams: streams.map(({ name, head }) => ({ name, head })),
      },
    };
  });
  await sink.commit();
  return { ...written, handoff, inFlight };
}

async function leave(options: HandOffOptions, receiver: string): Promise<HandoffAway> {
  const { store, overseer, project = 'default', because = 'handed off', by } = options;
  const { trigger = 'operator', waitMs, lateMs } = options;
  const away = { handoff: randomUUID(), receiver };
  if (overseer === undefined) {
    await writeNext(store, projectStream(project), async (last) => ({
      type: 'handoff.offered',
      actor: by === undefined ? 'host' : `person:${by}`,
      data: {
        trigger,
        because,
        inFlight: await leftBehind(store, project, last),
        untilAt: systemClock.now() + (lateMs ?? 0),
        away,
      },
    }));
  } else {
    await overseer.handOver({
      trigger,
      because,
      ...(by === undefined ? {} : { by }),
      away,
      ...(waitMs === undefined ? {} : { waitMs }),
      ...(lateMs === undefined ? {} : { lateMs }),
    });
  }
  return away;
}

/** The calls whose replies are sent after a project that nobody works on: they wait as messages, or may still come. */
async function leftBehind(
  store: StateStore,
  project: string,
  last: OverseerEvent | undefined,
): Promise<readonly string[]> {
  const awaited = last?.type === 'handoff.offered' ? last.data.inFlight : [];
  return [...new Set([...awaited, ...(await mailedCalls(store, project))])];
}

/** Refuses what its receiver has already: a second package of it would be worked in a second store. */
async function requireOpen(store: StateStore, project: string, handoff: string): Promise<void> {
  const end = await endOf(store, project, handoff);
  if (end?.type !== 'handoff.closed') return;
  const { receiver, receivedAt } = end.data;
  throw new HandoffError(
    'handoff.delivered',
    `${project} of ${store.name} is with ${fingerprintOf(receiver)} since ${new Date(receivedAt).toISOString()}: the receipt is here. Have it handed off back; only where its receiver has lost it, pack it once more (again: true, or --again).`,
  );
}

/** The calls that were under way at the last word of a project that left. */
async function inFlightOf(store: StateStore, project: string): Promise<readonly string[]> {
  const last = await lastOf(store, projectStream(project));
  return last?.type === 'handoff.offered' ? last.data.inFlight : [];
}
