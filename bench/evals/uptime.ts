import type { EvalReport, EvalSetting, EvalWork } from '../harness/eval-work.ts';
import { seeded } from '../harness/random.ts';
import { type HalfYear, playHalfYear } from '../uptime/play-half-year.ts';

const LEAST_UP = 0.999;

/** No project may stand still for longer, in ms. */
const LONGEST_MS = 30_000;

const SIX_MONTHS: HalfYear = { days: 182, nodes: 3, projects: 6, failoverEvery: 30 };

/** For what share of half a year the projects of three nodes are worked on, though a node dies and all are replaced every day. */
export const work: EvalWork = {
  summary: `${SIX_MONTHS.days} simulated days of ${SIX_MONTHS.nodes} nodes and ${SIX_MONTHS.projects} projects: a crash and a deploy a day, the database away every ${SIX_MONTHS.failoverEvery} days`,
  evaluate: ({ progress }: EvalSetting) => evaluateUptime(SIX_MONTHS, progress),
};

/** Plays it and puts it beside its bars. */
export async function evaluateUptime(
  plan: HalfYear,
  progress: EvalSetting['progress'],
): Promise<EvalReport> {
  progress(`uptime: ${plan.days} days`);
  const played = await playHalfYear(plan, seeded(1));
  return {
    figures: [
      {
        metric: 'up',
        unit: 'share of the time',
        value: played.up,
        atLeast: LEAST_UP,
        n: plan.days,
      },
      {
        metric: 'downPerDay',
        unit: 'ms a project and day',
        value: (1 - played.up) * 86_400_000,
        n: plan.days,
      },
      {
        metric: 'longestStill',
        unit: 'ms that one project stood still',
        value: played.longestMs,
        atMost: LONGEST_MS,
        n: played.crashes + played.deploys + played.failovers,
      },
      { metric: 'lostTasks', unit: 'tasks', value: played.lost, atMost: 0, n: played.tasks },
    ],
    notes: [
      `${played.crashes} crashes, ${played.deploys} deploys, ${played.failovers} failovers of the database`,
    ],
  };
}
