import { leastShare } from '../harness/confidence.ts';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import { WHOLE } from '../simulation/scenario.ts';
import { play, report, shrink } from '../simulation/shrink.ts';
import { RECOVERIES } from '../simulation/simulate.ts';

/** Failing seeds that are told with their traces; more of them say little that is new. */
const TOLD = 3;
const CONFIDENCE = 0.95;

/** Seeds that are played again without fences, and how many that fail are enough: the negative control. */
const CONTROLS = 60;
const ENOUGH = 3;

/**
 * Plays whole runs in simulated time: processes that die at any append or stand still while another takes over, workers that die in
 * the middle, a transport that is late, forgets and repeats, full disks, lost answers of the disk, models that fail in every way,
 * late and doubled replies, people who pause, cancel and close. Every event is checked by a second reading of it. Seeds are drawn from the chance of this work; a failing one is told with the shortest trace that
 * was found.
 */
export const work: FaultWork = {
  summary:
    'whole runs in simulated time, with deaths, takeovers, workers, full disks, failing models and meddling hosts',
  counted: 'seeds',
  trials: 2_000,
  about: `Time, disk, transport, workers, models, tools, workspaces and people are simulated, and decided by the seed. Faults: a process that
dies at any append or call, before or after it is written, up to 180 times; one that stands still there, for less than its lease lasts, or
for so long that a second node takes over and it wakes as a zombie; workers that die or stand still in the middle of calls; calls for
workers, replies, heartbeats and withdrawals that are late, lost, doubled or out of order; a disk that is full, slow, or says that a
write failed which is there; replies of models that fail in every way, hang, come late, in pieces, in another order or twice; a clock that is set back.
Checked at every event, of the invariants of docs/architecture.md:
  what was acknowledged is there, each seq once and in order, under epochs that never fall
  a zombie's append, call for workers and withdrawal are refused as fenced, and it sees soon that it was taken over
  a call for workers has one living claim, one reply, and its worker's answer; a reply of whoever lost it is refused
  memory equals a fold of the whole journal, in every process, whenever it is no further than the disk
  used + held is within every limit and budget; what is held is that of open calls, and nothing when idle
  a reply that was recorded is never asked for again; a once effect happens once, an idempotent one by one key
  no attempt, task or run ends twice, without its checks or with a call open; every run ends, and its usage is its calls'
  a breaker lets one probe through; hedges and ensembles have one answer; cancel and close reach every stream and timer
As the negative control, some seeds are played without comparing epochs and claims: those have to fail.
Not checked here: effects and commits in the middle of which a process stands still (they are done when it wakes), power cuts (powerloss, disk), real kills (kill), the bound on waiting (schedule), secrets, heap.`,
  run: simulateAgainAndAgain,
};

async function simulateAgainAndAgain(setting: FaultSetting): Promise<FaultReport> {
  const violations: string[] = [];
  const events: number[] = [];
  const simulatedMs: number[] = [];
  const counts: Record<string, number> = {};
  const seeds: number[] = [];
  let failed = 0;
  for (let trial = 1; trial <= setting.trials; trial++) {
    const seed = Math.floor(setting.random() * 2 ** 31);
    seeds.push(seed);
    const simulated = await play(seed);
    events.push(simulated.events);
    simulatedMs.push(simulated.simulatedMs);
    for (const [what, count] of Object.entries(simulated.counts)) {
      counts[what] = (counts[what] ?? 0) + count;
    }
    if (simulated.violations.length > 0) {
      failed += 1;
      violations.push(...simulated.violations.map((sentence) => `Seed ${seed}: ${sentence}`));
      if (failed <= TOLD) setting.progress(report(await shrink(simulated)));
    }
    if (trial % 250 === 0) setting.progress(`simulate: ${trial} of ${setting.trials}`);
  }
  const control = await unfenced(seeds);
  violations.push(...unnoticed(control));
  const recoveries = counts[RECOVERIES] ?? 0;
  return {
    trials: setting.trials,
    violations,
    samples: {
      events: { unit: 'events', values: events },
      simulated: { unit: 'ms', values: simulatedMs },
    },
    counts: { ...counts, failedSeeds: failed },
    conclusion: `${conclusionOf(recoveries, failed)}\n${told(control)}`,
  };
}

interface Control {
  readonly played: number;
  readonly failed: number;
  readonly first: string | undefined;
}

/** Plays seeds in which nobody compares epochs and claims, until enough of them fail. */
async function unfenced(seeds: readonly number[]): Promise<Control> {
  let played = 0;
  let failed = 0;
  let first: string | undefined;
  for (const seed of seeds.slice(0, CONTROLS)) {
    if (failed >= ENOUGH) break;
    const { violations } = await play(seed, { ...WHOLE, unfenced: true });
    played += 1;
    if (violations.length > 0) failed += 1;
    first ??= violations[0];
  }
  return { played, failed, first };
}

function unnoticed({ failed }: Control): readonly string[] {
  return failed > 0
    ? []
    : ['Where nobody compares epochs and claims, nothing was noticed: nothing tests the fences.'];
}

function told({ played, failed, first }: Control): string {
  const found = first === undefined ? '' : `, the first with "${first}"`;
  return `Without fences, ${failed} of the first ${played} seeds fail${found}.`;
}

/** A seed that fails counts as one recovery that did. */
function conclusionOf(recoveries: number, failed: number): string {
  const share = 100 * leastShare(recoveries, failed, CONFIDENCE);
  // Rounded down, so that it is never more than what was shown.
  const shown = Math.floor(share * 10_000) / 10_000;
  return `${recoveries} simulated recoveries, ${failed} failed: with ${100 * CONFIDENCE} % confidence, at least ${shown} % of recoveries succeed under these faults.`;
}
