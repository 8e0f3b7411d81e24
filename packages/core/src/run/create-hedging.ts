import { type AttemptPlace, placeOf } from '../attempt/attempt-host.ts';
import type { AskedToo, Hedging } from '../attempt/hedging.ts';
import type { Journal } from '../journal/journal.ts';
import { createCandidateFinder } from '../route/candidate-finder.ts';
import { callStarted, requestOf } from './begin-call.ts';
import { type ChosenHedge, chooseHedge, isHedgeable } from './choose-hedge.ts';
import type { Decider } from './decider.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';
import { tellCrossings } from './tell-crossings.ts';

/**
 * Lets second models be asked, within limits, budgets and the share of calls that may be; `undefined` where the host wants
 * none. `mayAskToo` is what orders allow.
 */
export function createHedging(
  settings: Settings,
  projection: Projection,
  journal: Journal,
  mayAskToo: (at: AttemptPlace) => boolean,
): Hedging | undefined {
  const { hedges } = projection;
  if (hedges === undefined) return undefined;
  const decider: Decider = { settings, projection, candidates: createCandidateFinder(settings) };
  const askToo = (at: AttemptPlace, call: string, silentMs: number): AskedToo | undefined => {
    const { task, attempt } = at;
    if (task.attempt !== attempt || attempt.openCall?.id !== call || at.live.cancel.aborted) {
      return undefined;
    }
    if (!hedges.mayHedge || journal.failure !== undefined) return undefined;
    if (!mayAskToo(at)) return undefined;
    const found = chosenOrNone(decider, at, silentMs);
    if (found === undefined) return undefined;
    const { member, claim, admission, messages, hedge } = found;
    const request = requestOf(settings, task, member, messages, []);
    const id = settings.ids();
    const place = { ...placeOf(at), call: id };
    const started = callStarted(place, member, 1, admission, claim);
    const data = { ...started.data, hedge: { of: call, ...hedge } };
    const durable = journal.append([{ ...started, data }]);
    tellCrossings(projection, journal);
    const { estimate } = claim;
    const { keyName } = admission;
    return { model: member.name, call: { call: id, request, estimate, keyName }, durable };
  };
  return {
    lateAfter: ({ task, attempt }) => {
      if (attempt.model === undefined || !isHedgeable(settings, task, attempt)) return undefined;
      // Whether a worker's model is silent is not heard here.
      if (settings.members.get(attempt.model)?.remote === true) return undefined;
      return hedges.lateAfter(attempt.model, task.task.kind);
    },
    askToo,
  };
}

/** What a part of the team throws as somebody is chosen, such as a framework, is no fault of the call that is under way. */
function chosenOrNone(
  decider: Decider,
  { task, attempt }: AttemptPlace,
  silentMs: number,
): ChosenHedge | undefined {
  try {
    return chooseHedge(decider, task, attempt, silentMs, decider.settings.clock.now());
  } catch {
    return undefined;
  }
}
