import type { Member } from '../route/member.ts';
import type { EventData } from '../spec/event.ts';
import { describeError } from './live-attempts.ts';
import type { Settings } from './settings.ts';

/** How long a server may take to say which models it has, in ms. */
const PATIENCE_MS = 2_000;

/** Whether the models of a team can be reached now, as far as they can be asked without a call. Never rejects. */
export async function lookAtModels({
  members,
  fetch,
}: Pick<Settings, 'members' | 'fetch'>): Promise<EventData['handoff.accepted']['connections']> {
  return await Promise.all([...members.values()].map((member) => lookAt(member, fetch)));
}

async function lookAt(
  { name, model }: Member,
  fetch: Settings['fetch'],
): Promise<EventData['handoff.accepted']['connections'][number]> {
  if (model.list === undefined) return { model: name };
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    const late = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    const asked = model.list({ signal, ...(fetch === undefined ? {} : { fetch }) });
    // One that does not heed its signal holds nobody up.
    await Promise.race([asked, late]);
    return { model: name, connection: 'connected' };
  } catch (error) {
    return { model: name, connection: 'disconnected', why: describeError(error) };
  }
}
