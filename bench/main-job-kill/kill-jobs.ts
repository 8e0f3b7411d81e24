import type { FaultReport, FaultSetting } from '../harness/fault-work.ts';
import { type JobOutcome, workUnderKills } from './work-under-kills.ts';

/** Kills that one job takes before it is left to end. */
const KILLS_A_JOB = 5;
/** No life of a job is longer than this before it is killed. */
const LONGEST_LIFE_MS = 5_000;

/**
 * Kills the main job with kill -9 at moments of chance, again and again, resumes it each time and lets it end; then
 * compares what it made with what an undisturbed job makes.
 */
export async function killJobs(setting: FaultSetting): Promise<FaultReport> {
  setting.progress('kill: an undisturbed job first');
  const calm = await workUnderKills(`${setting.folder}/calm`, []);
  const violations = problemsOf('The undisturbed job', calm, calm.tree);
  const resumeMs: number[] = [];
  let kills = 0;
  let jobs = 0;
  let lost = 0;
  let repeated = 0;
  while (kills < setting.trials) {
    jobs += 1;
    const lives = Array.from(
      { length: KILLS_A_JOB },
      () => 100 + setting.random() * LONGEST_LIFE_MS,
    );
    const job = await workUnderKills(`${setting.folder}/job-${jobs}`, lives);
    kills += job.kills;
    lost += job.lost;
    repeated += job.repeated;
    resumeMs.push(...job.resumeMs);
    violations.push(...problemsOf(`Job ${jobs}`, job, calm.tree));
    setting.progress(`kill: ${kills} of ${setting.trials} kills, ${violations.length} violations`);
  }
  return {
    trials: kills,
    violations,
    samples: { resumeMs: { unit: 'ms', values: resumeMs } },
    counts: { jobs, lost, repeated },
  };
}

function problemsOf(name: string, job: JobOutcome, tree: string): string[] {
  const problems: string[] = [];
  if (job.code !== 0) problems.push(`${name} ended with code ${job.code}: ${job.said}`);
  if (job.lost > 0) problems.push(`${name} lost ${job.lost} events that it had shown.`);
  if (job.repeated > 0) problems.push(`${name} repeated ${job.repeated} finished calls or tasks.`);
  if (job.tree !== tree) problems.push(`${name} ended with other files than the undisturbed one.`);
  if (job.dirt !== '') problems.push(`${name} left the working tree dirty: ${job.dirt}`);
  return problems;
}
