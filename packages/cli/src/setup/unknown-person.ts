import { ConfigError, nearest } from '@overseer/core/plugin';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { oneLine } from '../view/words.ts';

/** Events that are read at once, and persons that are named at most. */
const PAGE = 1_000;
const MOST = 10;

/** How the budget of a person is named where a run was erased. */
const BUDGET = 'user:';

/**
 * That no run of a journal was for a person of this name, with those that are known, as a name that is misspelt is not one of whom
 * nothing is kept. `undefined` where that cannot be told any more: what is erased of a project that left does not say whose it was.
 */
export async function unknownPerson(
  store: StateStore,
  user: string,
): Promise<ConfigError | undefined> {
  const persons = new Set<string>();
  for await (const event of eventsIn(store)) {
    if (event.type === 'run.started' && event.data.user !== undefined) {
      persons.add(event.data.user);
    }
    if (event.type !== 'run.erased') continue;
    if (event.data.spent === undefined) return undefined;
    for (const name of Object.keys(event.data.spent)) {
      if (name.startsWith(BUDGET)) persons.add(name.slice(BUDGET.length));
    }
  }
  return new ConfigError(
    'config.user',
    `Nothing in ${oneLine(store.name)} is of ${quoted(user)}: ${wordsOf(user, [...persons].sort())}.`,
  );
}

function wordsOf(user: string, persons: readonly string[]): string {
  if (persons.length === 0) return 'no run of it says for whom it was';
  const more = persons.length > MOST ? `, and ${persons.length - MOST} more` : '';
  const known = `its runs are for ${persons.slice(0, MOST).map(quoted).join(', ')}${more}`;
  const near = nearest(user, persons);
  return near === undefined ? known : `did you mean ${quoted(near)}? (${known})`;
}

async function* eventsIn({ events }: StateStore): AsyncGenerator<OverseerEvent> {
  for (const stream of await events.streams()) {
    for (let after = 0; ; ) {
      const page = await events.read({ stream, after, limit: PAGE });
      yield* page;
      after = page.at(-1)?.seq ?? after;
      if (page.length < PAGE) break;
    }
  }
}

function quoted(name: string): string {
  return oneLine(JSON.stringify(name));
}
