import { describeSpan } from '../limit/limit-reasons.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** What is known of outages. */
interface Known {
  readonly settings: Pick<Settings, 'outageMs'>;
  readonly projection: Pick<Projection, 'breakers' | 'begunAt'>;
}

/** When a run stops waiting for a model that is out of order, epoch ms; `undefined` while the model is up. Pure. */
export function outageEndsAt(
  { settings, projection }: Known,
  run: string,
  model: string,
): number | undefined {
  const trouble = projection.breakers.trouble(model);
  return trouble === undefined
    ? undefined
    : waitedSince(projection, run, trouble.sinceAt) + settings.outageMs;
}

/** Why a run no longer waits for a model, once it has waited long enough. Pure. */
export function outlasted(
  known: Known,
  run: string,
  model: string,
  nowMs: number,
): string | undefined {
  const endsAt = outageEndsAt(known, run, model);
  if (endsAt === undefined || nowMs < endsAt) return undefined;
  const { why = '' } = known.projection.breakers.trouble(model) ?? {};
  return `out of order for ${describeSpan(known.settings.outageMs)} or longer: ${why}`;
}

/** Since when a run has waited for something that began at `sinceAt`: whoever begins later has not waited yet. Pure. */
export function waitedSince(
  { begunAt }: Pick<Projection, 'begunAt'>,
  run: string,
  sinceAt: number,
): number {
  return Math.max(sinceAt, begunAt.get(run) ?? sinceAt);
}
