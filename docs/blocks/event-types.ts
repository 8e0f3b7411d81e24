import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './documents.ts';

/** Every type of event, as the sources of what they carry have them. */
export function eventTypes(): readonly string[] {
  const spec = join(root, 'packages/core/src/spec');
  return readdirSync(spec)
    .filter((file) => file.endsWith('-events.ts'))
    .flatMap((file) => [
      ...readFileSync(join(spec, file), 'utf8').matchAll(/^ {2}'([a-z.-]+)': /gm),
    ])
    .map(([, name = '']) => name);
}
