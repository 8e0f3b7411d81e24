import type { Candidate } from './candidates.ts';
import { type Choice, type ChoiceInput, chooseModel } from './choose-model.ts';

/**
 * Picks a model for a task that shall not be done by the models of certain others: `taken` names them with the reason.
 * One of them gets it all the same where nobody else can do it, or would keep it waiting longer than `patienceMs`; what
 * was decided says so either way. Fallbacks of a model that is taken stand in for it. Pure.
 */
export function chooseApart(input: ChoiceInput, taken: ReadonlyMap<string, string>): Choice {
  if (taken.size === 0) return chooseModel(input);
  const apart = chooseModel({ ...input, candidates: withoutTaken(input.candidates, taken) });
  const left = input.candidates.flatMap(({ member: { name } }) => {
    const why = taken.get(name);
    return why === undefined ? [] : [{ model: name, admission: 'never' as const, why }];
  });
  if (apart.kind === 'assign') {
    if (left.length === 0) return apart;
    const because = `${apart.because}; ${left.map(({ model, why }) => `${model} ${why}`).join(', ')}`;
    return { ...apart, because, considered: [...apart.considered, ...left] };
  }
  if (apart.kind === 'wait' && !isLong(apart, input)) return apart;
  const any = chooseModel(input);
  if (any.kind !== 'assign') return any;
  return { ...any, because: `no other model can do it soon; ${any.because}` };
}

function withoutTaken(
  candidates: readonly Candidate[],
  taken: ReadonlyMap<string, string>,
): readonly Candidate[] {
  return candidates.flatMap((candidate) => {
    if (taken.has(candidate.member.name)) return [];
    const standsIn = candidate.fallbackOf?.some((name) => taken.has(name)) === true;
    return [standsIn ? { ...candidate, fallbackOf: undefined } : candidate];
  });
}

function isLong(
  { untilAt }: Extract<Choice, { kind: 'wait' }>,
  { nowMs, patienceMs }: ChoiceInput,
): boolean {
  return untilAt !== undefined && untilAt - nowMs > patienceMs;
}
