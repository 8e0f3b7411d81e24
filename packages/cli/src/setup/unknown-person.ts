import { ConfigError, nearest } from '@overseer/core/plugin';
import type { StateStore } from '@overseer/core/spec';
import { oneLine } from '../view/words.ts';
import { projectStreams } from './projects-in.ts';

/** Events that are read at once, and persons that are named at most. */
const PAGE = 1_000;
const MOST = 10;

/** How the budget of a person is named where a run was erased. */
const BUDGET = 'user:';

/** That no run of a journal was for a person of this name, with those that are known: a name that is misspelt is not one of whom nothing is kept. */
export async function unknownPerson(store: StateStore, user: string): Promise<ConfigError> {
  const persons = await personsIn(store);
  const near = nearest(user, persons);
  const more = persons.length > MOST ? `, and ${persons.length - MOST} more` : '';
  const list = `${persons.slice(0, MOST).map(quoted).join(', ')}${more}`;
  const known =
    persons.length === 0
      ? 'no run of it says for whom it was'
      : near === undefined
        ? `its runs are for ${list}`
        : `did you mean ${quoted(near)}? (its runs are for ${list})`;
  return new ConfigError(
    'config.user',
    `Nothing in ${oneLine(store.name)} is of ${quoted(user)}: ${known}.`,
  );
}

async function personsIn(store: StateStore): Promise<readonly string[]> {
  const persons = new Set<string>();
  for (const stream of await projectStreams(store)) {
    for (let after = 0; ; ) {
      const page = await store.events.read({ stream, after, limit: PAGE });
      for (const event of page) {
        if (event.type === 'run.started' && event.data.user !== undefined) {
          persons.add(event.data.user);
        }
        if (event.type !== 'run.erased') continue;
        for (const name of Object.keys(event.data.spent ?? {})) {
          if (name.startsWith(BUDGET)) persons.add(name.slice(BUDGET.length));
        }
      }
      after = page.at(-1)?.seq ?? after;
      if (page.length < PAGE) break;
    }
  }
  return [...persons].sort();
}

function quoted(name: string): string {
  return oneLine(JSON.stringify(name));
}
