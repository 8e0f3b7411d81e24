import { startPostgres } from '@overseer/storage/postgres/throwaway-server';
import { Refusals } from '../fencing/rows.ts';
import { wakeZombie } from '../fencing/wake-zombie.ts';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import { inFlight } from '../harness/in-flight.ts';
import { aligned } from '../harness/table.ts';

/** Claims take ten seconds to be lost, so that several trials wait together, as many as a server has connections for. */
const AT_ONCE = 4;

/**
 * Freezes a process that holds a lease, calls that it sent and calls that it makes, and a place of a shared limit; lets another take
 * all of it over, wakes it, and has it do all that a holder does. Everything has to be refused, and what its successor has must be
 * untouched.
 */
export const work: FaultWork = {
  summary: 'a process that was frozen while another took over wakes up and goes on',
  trials: 5,
  about: `A real process leads a project in PostgreSQL, sends calls for workers, makes two of them as a worker, and has room in shared limits.
It is stopped by a signal at a moment of chance. Another takes the lease when that has run out, and the calls when their claims are
lost; then the first is woken, and appends, renews, enqueues, takes back, completes, settles and reserves. Each has to be refused in
its own words, and lease, events, calls, replies and what counts at limits have to be as its successor left them.`,
  run: wakeZombies,
};

async function wakeZombies({ random, trials, progress }: FaultSetting): Promise<FaultReport> {
  await using server = await startPostgres();
  const violations: string[] = [];
  const takeovers: number[] = [];
  const claims: number[] = [];
  const refusals = new Refusals();
  const aliveMs = Array.from({ length: trials }, () => random() * 300);
  await inFlight(trials, AT_ONCE, async (trial) => {
    const woken = await wakeZombie(server, `trial${trial}`, aliveMs[trial] ?? 0);
    const wrong = [...refusals.take(woken.answers), ...woken.violations];
    violations.push(...wrong.map((sentence) => `Trial ${trial + 1}: ${sentence}`));
    takeovers.push(woken.takeoverMs);
    claims.push(woken.callsMs);
    progress(`fencing: ${takeovers.length} of ${trials}`);
  });
  return {
    trials,
    violations,
    samples: {
      takeoverMs: { unit: 'ms', values: takeovers },
      'takeoverMs:calls': { unit: 'ms', values: claims },
    },
    counts: refusals.counts(),
    conclusion: aligned(refusals.table()),
  };
}
