import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lookAtNodes, orderHandOver } from '@overseer/core';
import { ConfigError, OverseerError } from '@overseer/core/plugin';
import type { OpenStore, StateStore } from '@overseer/core/spec';
import { awayOf, handOffTo, type SentHandoff, sendLateReplies } from '@overseer/storage/handoff';
import { fileSink, fingerprintOf } from '@overseer/storage/package';
import { EXIT } from '../exit-code.ts';
import { keyPlace, readKey } from '../setup/key-file.ts';
import { requireJournal, storeOf } from '../setup/open-journal.ts';
import { processOutput, wordsOutput } from '../view/presenter.ts';
import { count, oneLine, plural } from '../view/words.ts';
import { durationOf } from './backup.ts';
import {
  type ByFlags,
  type HandoffFlags,
  lateWords,
  publicKeyOf,
  requireWord,
} from './handoff-flags.ts';
import { sealingOf } from './package-keys.ts';
import { projectOf } from './project-of.ts';
import { type Stoppable, untilStopped } from './until-stopped.ts';

/** What `overseer handoff` is told. */
export interface SendFlags extends HandoffFlags, ByFlags {
  readonly to?: string;
  readonly wait?: string;
  readonly lateWait?: string;
  readonly secret: readonly string[];
  readonly late?: boolean;
  readonly again?: boolean;
}

/** How long calls under way of a node may take to end, where nobody says, in ms. */
const WAIT_MS = 60_000;

/** How often it is looked whether whoever works on a project has let go of it, in ms. */
const LOOK_MS = 250;

/** How long a node may take to see an order and to carry it out, beside what calls under way take, in ms. */
const NODE_MS = 30_000;

/**
 * `overseer handoff`: packs a project for another store, and says as its last word here that it left; a node or overseer that works
 * on it lets go of it first. Returns the exit code. Throws `ConfigError` `config.approval` where nobody stands behind it,
 * and what `handOffTo` throws.
 */
export async function handoffCommand(file: string, flags: SendFlags): Promise<number> {
  const place = projectOf(flags);
  requireJournal(place);
  if (flags.late === true) return await sendLate(file, flags);
  const word = requireWord(flags, 'A project leaves its store');
  if (flags.to === undefined) {
    throw new ConfigError(
      'config.command-line',
      'A project is packed for one receiver: say whose, with --to and the public key that `overseer keys` prints there.',
    );
  }
  const to = publicKeyOf(place, flags.to);
  const words = wordsOutput(flags.json === true);
  const { sign } = sealingOf(place, { ...flags, to: [] }, (line) => words.write(`${line}\n`));
  const path = resolve(place.folder, file);
  const order: Order = {
    ...word,
    to,
    project: flags.project,
    ...(flags.wait === undefined ? {} : { waitMs: durationOf('--wait', flags.wait) }),
    lateMs: flags.lateWait === undefined ? 0 : durationOf('--late-wait', flags.lateWait),
    open: storeOf(place),
  };
  const secrets = secretsOf(flags.secret);
  const stopped = 'Stopped: where the project left already, the same command goes on from there.';
  return await untilStopped(stopped, async (stoppable) => {
    const { signal, progress } = stoppable;
    const store = await order.open();
    try {
      await byNode(store, order, stoppable);
      const sent = await whenFree(order, stoppable, async () => {
        // A new one each time: what was written of a package before it failed is no part of the next.
        await using sink = await fileSink(path);
        return await handOffTo(to, sink, {
          store,
          project: order.project,
          sign,
          ...word,
          ...(flags.secret.length === 0 ? {} : { secrets }),
          ...(flags.again === true ? { again: true } : {}),
          signal,
          onProgress: ({ events, of }) => progress(`${count(events)} of ${plural(of, 'event')}`),
        });
      });
      tell(sent, path, order, flags);
      return EXIT.done;
    } finally {
      await store.close();
    }
  });
}

/** `overseer handoff --late`: packs the replies that came since the project left. */
async function sendLate(file: string, flags: SendFlags): Promise<number> {
  const place = projectOf(flags);
  const { project } = flags;
  const { secret: sign } = readKey(keyPlace(place, flags.key));
  const path = resolve(place.folder, file);
  const store = await storeOf(place)();
  try {
    await using sink = await fileSink(path);
    const { replies, hash, bytes } = await sendLateReplies(sink, { store, project, sign });
    if (flags.json === true) {
      processOutput().write(`${JSON.stringify({ project, file: path, hash, bytes, replies })}\n`);
    } else {
      wordsOutput(false).write(
        `${lateWords(replies)} for ${oneLine(project)} in ${oneLine(path)}: have them accepted there (overseer accept).\n`,
      );
    }
    return EXIT.done;
  } finally {
    await store.close();
  }
}

interface Order {
  readonly by: string;
  readonly because: string;
  readonly to: string;
  readonly project: string;
  /** Absent where nobody said: a node's calls are waited for then, and another overseer is not. */
  readonly waitMs?: number;
  readonly lateMs: number;
  readonly open: OpenStore;
}

/** Has a node that works on the project let go of it, and waits until it has. */
async function byNode(store: StateStore, order: Order, { signal, progress }: Stoppable) {
  const { open, project, by, because, to, waitMs = WAIT_MS, lateMs } = order;
  if (store.leases.standing === undefined || (await awayOf(store, project)) !== undefined) return;
  const seen = await lookAtNodes(open);
  const leader = seen.projects.find((one) => one.project === project)?.by;
  if (leader === undefined || !seen.nodes.some(({ name }) => name === leader)) return;
  const away = { handoff: randomUUID(), receiver: to };
  await orderHandOver(open, { project, because, by, away, waitMs, lateMs });
  const endAt = performance.now() + waitMs + NODE_MS;
  while ((await awayOf(store, project)) === undefined) {
    if (performance.now() > endAt) throw notGiven(project, leader, waitMs + NODE_MS);
    progress(`${leader} has not let go of ${project} yet`);
    await sleep(LOOK_MS, undefined, { signal });
  }
}

/** Does it once nobody works on the project any more, or it has been waited for long enough. */
async function whenFree<T>(
  { waitMs = 0, project }: Order,
  { signal, progress }: Stoppable,
  work: () => Promise<T>,
): Promise<T> {
  const endAt = performance.now() + waitMs;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const isBusy = OverseerError.is(error) && error.code === 'store.busy';
      if (!isBusy || performance.now() > endAt) throw error;
    }
    progress(`somebody still works on ${project}`);
    await sleep(LOOK_MS, undefined, { signal });
  }
}

function secretsOf(names: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    names.map((name) => {
      const value = process.env[name];
      if (value !== undefined && value !== '') return [name, value];
      throw new ConfigError(
        'config.secret',
        `--secret takes a secret from the environment variable of its name, and ${JSON.stringify(name)} is empty: set it.`,
      );
    }),
  );
}

function tell(sent: SentHandoff, path: string, { to, project }: Order, flags: SendFlags): void {
  const { handoff, hash, bytes, manifest, inFlight } = sent;
  if (flags.json === true) {
    const { events, blobs } = manifest;
    processOutput().write(
      `${JSON.stringify({ project, handoff, file: path, receiver: to, hash, bytes, events, blobs, inFlight })}\n`,
    );
    return;
  }
  wordsOutput(false).write(
    `${oneLine(project)} left: ${plural(manifest.events, 'event')} in ${oneLine(path)}, ${count(bytes)} bytes, sealed for ${fingerprintOf(to)} alone.\n${underWay(inFlight.length)}Have it accepted there (overseer accept), and give what comes back to overseer close-handoff.\n`,
  );
}

/** What is not over is paid here whatever happens, which has to be known by who can still have it count. */
function underWay(calls: number): string {
  if (calls === 0) return '';
  return `${plural(calls, 'call')} still under way: their replies count there when you send them after it in time (overseer handoff --late), and are asked for and paid again otherwise.\n`;
}

function notGiven(project: string, node: string, afterMs: number): OverseerError {
  return new OverseerError(
    'config.node',
    `${project} is still with ${node} after ${Math.round(afterMs / 1_000)} s: that node tells why it could not give it up (onChange, trouble).`,
  );
}
