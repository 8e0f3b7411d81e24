import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError } from '@overseer/core/plugin';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { chosenStreams, DEFAULT_STREAM, projectIn } from '../setup/projects-in.ts';
import { decisionOf } from '../view/decision.ts';
import { pad } from '../view/width.ts';
import { oneLine } from '../view/words.ts';
import { journalEvents, openJournal, type PlaceFlags } from './read-journal.ts';

/** What `overseer events` is told. */
export interface EventsFlags extends PlaceFlags {
  /** The id of one project. */
  readonly project?: string;
  readonly json?: boolean;
  readonly follow?: boolean;
  readonly after?: number;
}

const POLL_MS = 250;

/** `overseer events`: the journal's events as lines or JSON lines, and with `--follow` those that come. Returns the exit code. */
export async function eventsCommand(id: string | undefined, flags: EventsFlags): Promise<number> {
  const store = await openJournal(flags);
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  process.stdout.once('close', stop);
  try {
    await print(store, id, flags, controller.signal);
    return EXIT.done;
  } finally {
    process.off('SIGINT', stop);
    process.stdout.off('close', stop);
    await store.close();
  }
}

async function print(
  store: StateStore,
  id: string | undefined,
  flags: EventsFlags,
  signal: AbortSignal,
): Promise<void> {
  const stream = await streamOf(store, id, flags.project);
  let last = flags.after ?? 0;
  const untilMore = flags.follow === true ? untilTold(store, stream, signal) : undefined;
  while (!signal.aborted) {
    for await (const event of journalEvents(store, stream, id, last)) {
      if (signal.aborted) return;
      await writeLine(flags.json === true ? JSON.stringify(event) : line(event), signal);
      last = event.seq;
    }
    if (untilMore === undefined) return;
    await untilMore();
  }
}

/** Places are counted in each project by itself, so that one is followed. Throws `ConfigError` where it cannot be told which. */
async function streamOf(
  store: StateStore,
  run: string | undefined,
  project: string | undefined,
): Promise<string> {
  const streams = await chosenStreams(store, { project, run });
  const [first = DEFAULT_STREAM] = streams;
  if (streams.length < 2 || first === DEFAULT_STREAM) return first;
  throw new ConfigError(
    'config.project',
    `${store.name} has the projects ${streams.map(projectIn).join(', ')}: say with --project which is meant.`,
  );
}

/** Another process writes; where nobody can tell that it did, it is looked for. */
function untilTold(store: StateStore, stream: string, signal: AbortSignal): () => Promise<void> {
  let told = new AbortController();
  const unhear = store.whenTold?.('events', stream, () => told.abort());
  signal.addEventListener('abort', () => unhear?.());
  return async () => {
    const either = AbortSignal.any([signal, told.signal]);
    await sleep(POLL_MS, undefined, { signal: either }).catch(() => undefined);
    told = new AbortController();
  };
}

/** Waits for a reader who is slow, so that a long journal is never held in memory. */
async function writeLine(text: string, signal: AbortSignal): Promise<void> {
  if (process.stdout.write(`${text}\n`)) return;
  await once(process.stdout, 'drain', { signal }).catch(() => undefined);
}

function line(event: OverseerEvent): string {
  const time = new Date(event.at).toISOString().slice(0, 19).replace('T', ' ');
  const place = [event.task, event.model].filter((name) => name !== undefined).join(' ');
  const seq = pad(String(event.seq), 6, 'right');
  return oneLine(
    `${seq}  ${time}  ${pad(event.type, 18)} ${pad(place, 20)} ${decisionOf(event) ?? ''}`.trimEnd(),
  );
}
