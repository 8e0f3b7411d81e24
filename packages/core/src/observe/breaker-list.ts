import { type BreakerStanding, standingOf } from '../limit/breaker-standing.ts';
import type { Breaker } from '../limit/create-breaker.ts';
import type { OpenKernel } from '../run/open-kernel.ts';
import type { Projection } from '../run/projection.ts';
import type { Settings } from '../run/settings.ts';
import type { StoreBreaker } from '../run/store-breaker.ts';

/** Every breaker there is, closed ones too: models, keys, servers, tools, answers from before, the store, that of shared limits, and those of the host. */
export function breakerList(
  settings: Pick<Settings, 'tools' | 'cache' | 'breakers'>,
  { breakers, tools }: Pick<Projection, 'breakers' | 'tools'>,
  {
    writes,
    joint,
  }: Pick<OpenKernel, 'joint'> & { readonly writes: Pick<StoreBreaker, 'standing'> },
): readonly BreakerStanding[] {
  const { cache } = settings;
  return [
    ...breakers.list(),
    ...[...settings.tools.keys()].map((name) => standingOf('tool', name, tools.stateOf(name))),
    ...(cache === undefined
      ? []
      : [standingOf('answers', 'answers', cache.breakers.store.breaker)]),
    ...(cache?.semantic === undefined
      ? []
      : [standingOf('embed', 'embed', cache.breakers.embed.breaker)]),
    writes.standing,
    ...(joint === undefined ? [] : [joint.standing]),
    ...settings.breakers.map(ofHost),
  ];
}

function ofHost({ name, state, failures, why, sinceAt, untilAt }: Breaker): BreakerStanding {
  const isWell = state === 'closed' && failures === 0;
  const trouble = isWell ? { why: undefined, sinceAt: undefined } : { why, sinceAt };
  return { kind: 'host', name, state, failures, ...trouble, untilAt };
}
