/**
 * How sure one may be that something succeeds: the share of successes that, with this confidence, is exceeded by what
 * gave `failures` failures in `trials` independent trials (Clopper and Pearson, 1934: the one-sided exact bound). 0 for
 * no trials.
 */
export function leastShare(trials: number, failures: number, confidence: number): number {
  if (trials === 0 || failures >= trials) return 0;
  let low = 0;
  let high = 1;
  // Where so many failures or fewer become as unlikely as the doubt that is left.
  for (let step = 0; step < 100; step++) {
    const middle = (low + high) / 2;
    if (atMost(failures, trials, middle) > 1 - confidence) low = middle;
    else high = middle;
  }
  return 1 - high;
}

/** The chance of at most `failures` failures, each of chance `p`. */
function atMost(failures: number, trials: number, p: number): number {
  let logTerm = trials * Math.log1p(-p);
  let sum = Math.exp(logTerm);
  for (let count = 1; count <= failures; count++) {
    logTerm += Math.log((trials - count + 1) / count) + Math.log(p) - Math.log1p(-p);
    sum += Math.exp(logTerm);
  }
  return sum;
}
