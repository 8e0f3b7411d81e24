import { setTimeout as sleep } from 'node:timers/promises';
import { lookAtNodes, orderHandOver } from '@overseer/core';
import { OverseerError } from '@overseer/core/plugin';
import { EXIT } from '../exit-code.ts';
import { requireJournal, storeOf } from '../setup/open-journal.ts';
import { type OrderFlags, requireOrder } from '../setup/require-order.ts';
import { processOutput, wordsOutput } from '../view/presenter.ts';
import { oneLine } from '../view/words.ts';
import type { NodesFlags } from './nodes.ts';
import { projectOf } from './project-of.ts';
import { untilStopped } from './until-stopped.ts';

/** What `overseer hand-over` is told. */
export interface HandOverFlags extends NodesFlags, OrderFlags {
  readonly to?: string;
}

/** How long a project may take to get to another node, and how often it is looked for, in ms. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 250;

/**
 * `overseer hand-over`: has the node that works on a project give it to another, and waits until that has it. Returns the exit
 * code. Throws `ConfigError` `config.approval` where nobody stands behind it.
 */
export async function handOverCommand(project: string, flags: HandOverFlags): Promise<number> {
  const { to } = flags;
  const order = requireOrder(flags, 'A project goes to another node by a person’s word');
  const place = projectOf(flags);
  requireJournal(place);
  const open = storeOf(place);
  const stopped = 'Stopped: the order stands; `overseer nodes` shows where the project is.';
  return await untilStopped(stopped, async ({ signal, progress }) => {
    const letter = { project, ...order, ...(to === undefined ? {} : { to }) };
    const from = await orderHandOver(open, letter);
    const endAt = performance.now() + PATIENCE_MS;
    for (;;) {
      const { projects } = await lookAtNodes(open);
      const has = projects.find((one) => one.project === project)?.by;
      if (has !== undefined && has !== from) {
        if (flags.json === true) {
          processOutput().write(`${JSON.stringify({ project, from, to: has })}\n`);
        } else {
          wordsOutput(false).write(
            `${oneLine(project)} went from ${oneLine(from)} to ${oneLine(has)}.\n`,
          );
        }
        return EXIT.done;
      }
      if (performance.now() > endAt) throw notTaken(project, from);
      progress(`${from} has not given ${project} up yet`);
      await sleep(LOOK_MS, undefined, { signal });
    }
  });
}

function notTaken(project: string, from: string): OverseerError {
  return new OverseerError(
    'config.node',
    `${project} is still with ${from} after ${PATIENCE_MS / 1_000} s: that node tells why it could not give it up (onChange, trouble); no other may be fit for it.`,
  );
}
