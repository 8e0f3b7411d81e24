import type { OverseerEvent } from '@overseer/core/spec';

/** One event in a line; ids by their ends, which tell them apart. */
export function describeEvent(event: OverseerEvent): string {
  const words: string[] = [`${event.seq} ${event.type}`];
  if (event.run !== undefined) words.push(`run …${event.run.slice(-3)}`);
  if (event.task !== undefined) words.push(event.task);
  if (event.attempt !== undefined) words.push(`attempt …${event.attempt.slice(-3)}`);
  if (event.model !== undefined) words.push(event.model);
  const data = event.data as Readonly<Record<string, unknown>>;
  for (const name of [
    'step',
    'kind',
    'outcome',
    'because',
    'status',
    'check',
    'id',
    'validator',
    'untilAt',
    'epoch',
  ]) {
    const value = data[name];
    if (value !== undefined) words.push(`${name}=${told(name, value)}`);
  }
  if (event.type === 'verdict.given') words.push(event.data.verdict.kind);
  return words.join(' ');
}

/** Ids by their ends; all else up to a length. */
function told(name: string, value: unknown): string {
  return name === 'id' ? String(value).slice(-6) : String(value).slice(0, 160);
}
