import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { createKeyPair } from '@overseer/storage/package';
import type { Random } from '../harness/random.ts';
import { checkHandoff, type HandoffTally } from './check-handoff.ts';
import type { Death } from './mortal.ts';
import { type HandoffPlace, isLive, type Part, type StorePlace, storeAt } from './place.ts';

/** More steps than any part has. */
const MOST_STEPS = 60;

/** Where deaths go from the last step to the first, they begin with this one. */
const LATE_STEP = 10;

/** The receiver dies in its work at this many moments; after that it is left alone. */
const DEATHS_AT_WORK = 3;

const PARTS: readonly Part[] = ['send', 'take', 'late', 'take-late', 'work', 'close'];

/** A handoff whose processes died again and again. */
export interface KilledHandoff extends HandoffTally {
  /** How often a process died, by its part. */
  readonly kills: Readonly<Record<Part, number>>;
}

/**
 * Takes a project from one store to another. Each part is done by processes of which the first dies at its first step, the next at its
 * second, and so on, before or after it by chance, until one lives to the end; `isFromEnd` has the sender die at late steps first, so
 * that replies come after the project has left. After each death the project must not be live at both.
 */
export async function handOffUnderKills(
  stores: { readonly here: StorePlace; readonly there: StorePlace },
  folder: string,
  random: Random,
  isFromEnd: boolean,
): Promise<KilledHandoff> {
  mkdirSync(folder, { recursive: true });
  const place: HandoffPlace = {
    ...stores,
    sender: createKeyPair(),
    receiver: createKeyPair(),
    package: join(folder, 'x.ovpkg'),
    late: join(folder, 'late.ovpkg'),
    answer: join(folder, 'answer.json'),
    calls: join(folder, 'calls'),
  };
  writeFileSync(place.calls, '');
  const kills = { send: 0, take: 0, late: 0, 'take-late': 0, work: 0, close: 0 };
  const violations: string[] = [];
  for (const part of PARTS) {
    if (part === 'take-late' && !existsSync(place.late)) continue;
    for (const death of deathsOf(part, random, isFromEnd)) {
      const isDead = await dies(part, place, death);
      if (!isDead && (death.at === 0 || !isFromEnd || part !== 'send')) break;
      if (!isDead) continue;
      kills[part] += 1;
      if (await isLiveTwice(place)) violations.push(`It is live twice after a death in ${part}.`);
    }
  }
  const [here, there] = [await storeAt(stores.here)(), await storeAt(stores.there)()];
  try {
    const tally = await checkHandoff(here, there, place.calls);
    return { ...tally, violations: [...violations, ...tally.violations], kills };
  } finally {
    await here.close();
    await there.close();
  }
}

function* deathsOf(part: Part, random: Random, isFromEnd: boolean): Generator<Death> {
  const at = (step: number): Death => ({ at: step, when: random() < 0.5 ? 'before' : 'after' });
  if (part === 'work') {
    // Its steps are as many as its appends: at some of them.
    for (let deaths = 0; deaths < DEATHS_AT_WORK; deaths++) yield at(1 + Math.floor(random() * 12));
    yield at(0);
  } else if (part === 'send' && isFromEnd) {
    for (let step = LATE_STEP; step >= 0; step--) yield at(step);
  } else {
    for (let step = 1; ; step++) yield at(step);
  }
}

/** Whether the process of a part was killed; one that ends by itself has done its part. Throws where it failed. */
async function dies(part: Part, place: HandoffPlace, death: Death): Promise<boolean> {
  if (death.at > MOST_STEPS) throw new Error(`${part} has no end.`);
  const script = new URL('../processes/handoff-part.ts', import.meta.url).pathname;
  const args = [script, part, JSON.stringify(place), JSON.stringify(death)];
  const child = spawn(process.execPath, ['--conditions=@overseer/source', ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said = `${said}${String(text)}`.slice(-2_000);
  });
  const [code, signal] = await once(child, 'exit');
  if (signal === 'SIGKILL') return true;
  if (code !== 0) throw new Error(`${part} failed: ${said}`);
  return false;
}

async function isLiveTwice({ here, there }: HandoffPlace): Promise<boolean> {
  const stores = [await storeAt(here)(), await storeAt(there)()];
  try {
    const live = await Promise.all(stores.map(isLive));
    return live.every(Boolean);
  } finally {
    for (const store of stores) await store.close();
  }
}
