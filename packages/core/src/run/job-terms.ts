import { defined } from '../internal/defined.ts';
import { placesOf } from '../limit/joint-admission.ts';
import type { ModelJob } from '../spec/transport.ts';
import type { RemoteCall } from './call-book.ts';
import { payerOf } from './call-claim.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** With which key a call for workers goes out, and the places that it has of limits at once which processes share, if any. */
export function jobTerms(
  { roster }: Pick<Settings, 'roster'>,
  { runs }: Pick<Projection, 'runs'>,
  {
    model,
    run,
    estimate,
    keyName,
  }: Pick<RemoteCall, 'model' | 'run' | 'estimate'> & { readonly keyName?: string | undefined },
): Pick<ModelJob, 'places' | 'keyName'> {
  const party = defined({ payer: payerOf(runs.get(run)), keyName });
  const shares = roster.known(model)?.limits.jointOf(party) ?? [];
  const places = placesOf(shares, { estimate, worst: estimate });
  return { ...defined({ keyName }), ...(places.length === 0 ? {} : { places }) };
}
