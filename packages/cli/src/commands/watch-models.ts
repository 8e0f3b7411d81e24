import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../exit-code.ts';
import type { ServerListing } from '../setup/ask-servers.ts';
import { processOutput } from '../view/presenter.ts';
import { type Change, changeOfModel, changesOfServer } from '../view/team-lines.ts';
import type { JournalTeam } from './journal-team.ts';
import { untilStopped } from './until-stopped.ts';

/** How often the journal is read, in ms. */
const READ_MS = 500;

/** After how many of these looks servers are asked. */
const ASK_EVERY = 20;

/**
 * Prints how each model and server stands, and then each change in a line (with `json`, as an object a line), until it is stopped. What
 * comes and goes between two looks is not seen.
 */
export async function watchModels(
  { json = false }: { readonly json?: boolean },
  team: JournalTeam | undefined,
  ask: () => Promise<readonly ServerListing[]>,
): Promise<number> {
  const known = new Map<string, string>();
  const print = ({ key, mark, fact, line }: Change): void => {
    if (known.get(key) === mark) return;
    known.set(key, mark);
    const text = json ? JSON.stringify(fact) : `${new Date().toISOString()} ${line}`;
    processOutput().write(`${text}\n`);
  };
  const readTeam = async (): Promise<void> => {
    for (const model of (await team?.read()) ?? []) print(changeOfModel(model));
  };
  const askServers = async (): Promise<void> => {
    for (const server of await ask()) for (const one of changesOfServer(server)) print(one);
  };
  return await untilStopped('Stopped watching.', async ({ signal }) => {
    for (let look = 0; !signal.aborted; look++) {
      await readTeam();
      if (look % ASK_EVERY === 0) await askServers();
      await sleep(READ_MS, undefined, { signal });
    }
    return EXIT.stopped;
  });
}
