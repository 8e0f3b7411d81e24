import type { EvalReport, EvalSetting, EvalWork } from '../harness/eval-work.ts';
import { type Peak, type PlayedPeak, playPeak } from '../peak/play-peak.ts';

/** While tasks wait, at least so much of what the models can do at once is busy. */
const LEAST_BUSY = 0.8;
/** The least busy of equal models does at least this part of an equal share. */
const LEAST_LOAD = 0.9;
/** Of 100 turns of the event loop, 99 are no longer; in ms. */
const LONGEST_TURN_MS = 20;

/** 2,000 tasks, of which about a hundred are ready at a time. */
const PEAK: Peak = {
  models: 3,
  atOnce: 8,
  layers: 20,
  perLayer: 100,
  answers: { leastMs: 40, mostMs: 120, pieces: 8 },
  askedEveryMs: 250,
};

/** How busy equal models are, how evenly, and how long the event loop is held, while there is more to do than they can. */
export const work: EvalWork = {
  summary: `${PEAK.layers * PEAK.perLayer} tasks in ${PEAK.layers} layers on ${PEAK.models} equal models of ${PEAK.atOnce} places, in real time and on disk, while progress and queue are asked for every ${PEAK.askedEveryMs} ms`,
  evaluate: ({ progress }: EvalSetting) => evaluatePeak(PEAK, progress),
};

/** Plays a peak and puts it beside its bars. */
export async function evaluatePeak(
  peak: Peak,
  progress: EvalSetting['progress'],
): Promise<EvalReport> {
  progress(`peak: ${peak.layers * peak.perLayer} tasks`);
  const played: PlayedPeak = await playPeak(peak, 1);
  const tasks = peak.layers * peak.perLayer;
  return {
    figures: [
      {
        metric: 'busyShare',
        unit: 'share of usable capacity while tasks wait',
        value: played.busyShare,
        atLeast: LEAST_BUSY,
        n: tasks,
      },
      {
        metric: 'leastLoad',
        unit: 'of an equal share, the least busy model',
        value: played.leastLoad,
        atLeast: LEAST_LOAD,
        n: peak.models,
      },
      {
        metric: 'eventLoopP99',
        unit: 'ms',
        value: played.loopP99Ms,
        atMost: LONGEST_TURN_MS,
        n: tasks,
      },
      { metric: 'eventLoopMax', unit: 'ms', value: played.loopMaxMs, n: tasks },
      {
        metric: 'idleLoopP99',
        unit: 'ms, a thread that does nothing meanwhile',
        value: played.idleP99Ms,
        n: tasks,
      },
      { metric: 'took', unit: 'ms', value: played.tookMs, n: tasks },
      { metric: 'asked', unit: 'times', value: played.asked, n: tasks },
    ],
    notes: [],
  };
}
