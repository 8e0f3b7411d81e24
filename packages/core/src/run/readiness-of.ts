import type { ModelConnection, ModelReadiness, ModelWork } from '../spec/model-status.ts';

/** A state with the code of its reason. */
interface Coded<S> {
  readonly state: S;
  readonly code: string | undefined;
}

/** Whether a model could take a call, from how it is connected and what it is at. Pure. */
export function readinessOf(
  connection: Coded<ModelConnection>,
  work: Coded<ModelWork>,
): ModelReadiness {
  if (work.state === 'error' || isDown(connection)) return 'down';
  const isFull = work.state === 'waiting' || work.code === 'limit';
  if (isFull || connection.code === 'loading') return 'busy';
  return work.code === 'not-loaded' ? 'cold' : 'ready';
}

/** Nothing is said against a model of which nothing was asked yet. */
function isDown({ state, code }: Coded<ModelConnection>): boolean {
  if (state === 'connected') return false;
  return state === 'connecting' ? code === 'again' : code !== 'not-asked';
}
