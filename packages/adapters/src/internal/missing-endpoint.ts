import { OverseerError } from '@overseer/core/plugin';
import { field } from './fields.ts';

/**
 * Whether a refusal says that the server has no such endpoint, and not that it has no such model: 405 or 501, 404 without a
 * word about a model, or LM Studio's `Unexpected endpoint`, which comes with 200. Pure.
 */
export function isMissingEndpoint(error: unknown): boolean {
  if (!OverseerError.is(error)) return false;
  const said = saidOf(error);
  if (/unexpected endpoint/i.test(said)) return true;
  const status = field(error, 'status');
  if (status === 405 || status === 501) return true;
  return (
    status === 404 && !/\bmodel\b|model_not_found/i.test(`${said} ${field(error, 'providerCode')}`)
  );
}

/** Whether a refusal says that an earlier response is not there any more. Pure. */
export function isResponseGone(error: unknown): boolean {
  return (
    OverseerError.is(error) &&
    /previous.?response/i.test(`${saidOf(error)} ${field(error, 'providerCode')}`)
  );
}

/** What the server said: what stands between the model's name and our advice. */
function saidOf({ message }: Error): string {
  return message.replace(/^[^\s:]+(?::[^\s:]+)*: /, '').replace(/; [^;]*$/, '');
}
