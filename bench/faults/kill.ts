import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import { killJobs } from '../main-job-kill/kill-jobs.ts';
import { killWriters } from '../store-kill/kill-writers.ts';

/** Of so many kills one is of a whole job, which takes twenty times as long. */
const WRITERS_A_JOB_KILL = 20;

/**
 * Kills processes with kill -9 at moments of chance: as many that append to a SQLite store as it is told, and beside
 * them the main job of `examples`, which is resumed each time and must end with the files of an undisturbed one.
 */
export const work: FaultWork = {
  summary:
    'kill -9 of processes that write to a store, and of the main job, which is resumed each time',
  counted: 'kills',
  trials: 100,
  about: `Kills as many writers of a SQLite store as --kills says (100 take a minute, 1,000 take ten), each after at most 60 ms of
appending, and looks for every acknowledged event, for holes, doubles and half events. Then kills the main job once for
every ${WRITERS_A_JOB_KILL} of those, five times a job, resumes it, and compares its commits with an undisturbed job's: no event that was
shown may be missing, no finished call or task repeated (10 s a kill).`,
  run: killBoth,
};

async function killBoth(setting: FaultSetting): Promise<FaultReport> {
  const writers = await killWriters(setting);
  const jobKills = Math.ceil(setting.trials / WRITERS_A_JOB_KILL);
  const jobs = await killJobs({ ...setting, trials: jobKills });
  const { lost = 0, events = 0, killedWhileAppending = 0 } = writers.counts;
  return {
    trials: writers.trials + jobs.trials,
    violations: [...writers.violations, ...jobs.violations],
    samples: { ...writers.samples, ...jobs.samples },
    counts: {
      writers: writers.trials,
      events,
      killedWhileAppending,
      jobKills: jobs.trials,
      ...jobs.counts,
      lost: lost + (jobs.counts['lost'] ?? 0),
    },
  };
}
