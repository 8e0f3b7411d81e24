import { setTimeout as sleep } from 'node:timers/promises';
import type { OverseerEvent } from '@overseer/core/spec';
import { EXIT } from '../exit-code.ts';
import { decisionOf } from '../view/decision.ts';
import { harmless } from '../view/words.ts';
import { journalEvents, openJournal } from './read-journal.ts';

/** What `overseer events` is told. */
export interface EventsFlags {
  readonly repo?: string;
  readonly journal?: string;
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
  try {
    let last = flags.after ?? 0;
    do {
      for await (const event of journalEvents(store, id, last)) {
        process.stdout.write(`${flags.json === true ? JSON.stringify(event) : line(event)}\n`);
        last = event.seq;
      }
      // Another process writes: its own wake-up does not reach this one.
      if (flags.follow === true) {
        await sleep(POLL_MS, undefined, { signal: controller.signal }).catch(() => undefined);
      }
    } while (flags.follow === true && !controller.signal.aborted);
    return EXIT.done;
  } finally {
    process.off('SIGINT', stop);
    await store.close();
  }
}

function line(event: OverseerEvent): string {
  const time = new Date(event.at).toISOString().slice(0, 19).replace('T', ' ');
  const place = [event.task, event.model].filter((name) => name !== undefined).join(' ');
  return harmless(
    `${String(event.seq).padStart(6)}  ${time}  ${event.type.padEnd(18)} ${place.padEnd(20)} ${decisionOf(event) ?? ''}`.trimEnd(),
  );
}
