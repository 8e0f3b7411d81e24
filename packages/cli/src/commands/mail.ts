import { ConfigError } from '@overseer/core/plugin';
import {
  type AsideMailTo,
  isPostgresAddress,
  readAsideMail,
  removeAsideMail,
  retryAsideMail,
  type WhichMail,
} from '@overseer/storage/postgres';
import { EXIT } from '../exit-code.ts';
import { journalKeys } from '../setup/journal-keys.ts';
import { shownJournal } from '../setup/open-journal.ts';
import { table } from '../view/table.ts';
import { moment, oneLine, plural } from '../view/words.ts';
import { anyJournalOf, tell, type UpkeepFlags } from './upkeep.ts';

/** What `overseer mail` and its commands are told. */
export interface MailFlags extends UpkeepFlags {
  readonly stream?: string;
  readonly all?: boolean;
}

/** `overseer mail list`: which messages nobody could act on, and why; never what they say. Returns the exit code. */
export async function listMailCommand(flags: MailFlags): Promise<number> {
  const found = (await readAll(flags)).map(({ body: _, ...mail }) => mail);
  if (flags.json === true) {
    for (const mail of found) tell(true, mail, []);
    return EXIT.done;
  }
  const rows = found.map(({ at, stream, id, kind, because }) =>
    [moment(at), stream, id, kind, because].map(oneLine),
  );
  const heads = ['Set aside', 'To', 'Message', 'Kind', 'Why'].map((head) => ({ head }));
  tell(false, found, rows.length === 0 ? ['No message was set aside.'] : table(heads, rows));
  return EXIT.done;
}

/** `overseer mail show`: all of a message that nobody could act on, as JSON. Returns the exit code: failed where there is none. */
export async function showMailCommand(id: string, flags: MailFlags): Promise<number> {
  const found = (await readAll(flags)).filter((mail) => mail.id === id);
  if (found.length === 0) return tellNone(id, flags);
  for (const mail of found) {
    const text = flags.json === true ? JSON.stringify(mail) : JSON.stringify(mail, undefined, 2);
    tell(false, mail, [text]);
  }
  return EXIT.done;
}

/** `overseer mail retry`: has messages wait again for whoever works on their projects. Returns the exit code: failed where there is none. */
export function retryMailCommand(id: string | undefined, flags: MailFlags): Promise<number> {
  return change(
    id,
    flags,
    retryAsideMail,
    (count) => `${plural(count, 'message')} will be read again`,
  );
}

/** `overseer mail remove`: takes messages out, for good. Returns the exit code: failed where there is none. */
export function removeMailCommand(id: string | undefined, flags: MailFlags): Promise<number> {
  return change(id, flags, removeAsideMail, (count) => `${plural(count, 'message')} removed`);
}

async function change(
  id: string | undefined,
  flags: MailFlags,
  how: typeof retryAsideMail,
  words: (count: number) => string,
): Promise<number> {
  const { all = false, stream, json } = flags;
  if (all && stream !== undefined) {
    throw new ConfigError(
      'config.command-line',
      '--all means every message of every project: leave --stream out, or name one message by its id.',
    );
  }
  if ((id === undefined) !== all) {
    throw new ConfigError(
      'config.command-line',
      'Say which message: its id, or --all for every one.',
    );
  }
  const which: WhichMail =
    id === undefined ? 'all' : { id, ...(stream === undefined ? {} : { stream }) };
  const journal = anyJournalOf(flags);
  const count = isPostgresAddress(journal) ? await how(journal, which, journalKeys()) : 0;
  if (count === 0) return tellNone(id, flags);
  tell(json, { changed: count }, [`${words(count)}: ${shownJournal(journal)}`]);
  return EXIT.done;
}

function tellNone(id: string | undefined, { json }: MailFlags): number {
  const what = id === undefined ? 'No message' : `No message ${oneLine(id)}`;
  tell(json, { changed: 0 }, [
    `${what} was set aside. "overseer mail list" shows those that were.`,
  ]);
  return EXIT.failed;
}

/** Of a file none: whoever works on it is alone there. */
async function readAll(flags: MailFlags): Promise<readonly AsideMailTo[]> {
  const journal = anyJournalOf(flags);
  if (!isPostgresAddress(journal)) return [];
  const found: AsideMailTo[] = [];
  for await (const mail of readAsideMail(journal, journalKeys())) {
    if (flags.stream === undefined || flags.stream === mail.stream) found.push(mail);
  }
  return found;
}
