import { nearest } from '../internal/nearest.ts';

/** What is wrong with the name of a time zone, in words; `undefined` for one that this system knows. */
export function timeZoneProblem(timeZone: string): string | undefined {
  if (typeof timeZone !== 'string') return 'a time zone is a name such as Europe/Berlin or UTC';
  try {
    new Intl.DateTimeFormat('en-US', { timeZone });
    return undefined;
  } catch {
    const near = nearest(timeZone, Intl.supportedValuesOf('timeZone'));
    const meant = near === undefined ? '' : `; did you mean ${JSON.stringify(near)}?`;
    return `this system knows no time zone ${JSON.stringify(timeZone)}; write it like Europe/Berlin or UTC${meant}`;
  }
}
