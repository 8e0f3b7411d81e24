import { placesOf } from '../limit/joint-admission.ts';
import type { ModelJob } from '../spec/transport.ts';
import type { RemoteCall } from './call-book.ts';
import { payerOf } from './call-claim.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** The places that a call for workers has of limits at once which processes share, if there are any. */
export function jobPlaces(
  { roster }: Pick<Settings, 'roster'>,
  { runs }: Pick<Projection, 'runs'>,
  { model, run, estimate }: Pick<RemoteCall, 'model' | 'run' | 'estimate'>,
): Pick<ModelJob, 'places'> {
  const shares = roster.known(model)?.limits.jointOf(payerOf(runs.get(run))) ?? [];
  const places = placesOf(shares, { estimate, worst: estimate });
  return places.length === 0 ? {} : { places };
}
