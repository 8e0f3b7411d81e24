import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENT_VERSION } from '../packages/core/src/journal/event-version.ts';
import { readFlags } from './command-line/read-flags.ts';
import { compareFields, type KnownFields } from './event-fields/compare-fields.ts';
import { readFields } from './event-fields/read-fields.ts';

const HELP = `node scripts/with-node.mjs scripts/event-fields.ts [--write]

Compares the fields of events with those that scripts/event-fields/known.json has for their versions. --write notes new types,
new versions and fields that may be left out; any other change needs a new version in journal/event-version.ts and an
upcaster in journal/upcasters.ts.
`;

const path = join(import.meta.dirname, 'event-fields', 'known.json');
const { values } = readFlags({
  options: {
    write: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else process.exitCode = compare(values.write);

function compare(isToWrite: boolean): number {
  const known: KnownFields = JSON.parse(readFileSync(path, 'utf8'));
  const declared = readFields();
  const { breaking, added } = compareFields(declared, EVENT_VERSION, known);
  for (const change of breaking) process.stdout.write(`needs a new version: ${change}\n`);
  for (const change of added) process.stdout.write(`new: ${change}\n`);
  if (breaking.length > 0) return 1;
  if (!isToWrite) return added.length > 0 ? 1 : 0;
  const now = Object.entries(declared).map(([type, fields]) => {
    const version = (EVENT_VERSION as Readonly<Record<string, number>>)[type];
    return [`${type}@${version}`, fields] as const;
  });
  const all = Object.entries({ ...known, ...Object.fromEntries(now) });
  const lines = all.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, fields]) => entry(key, fields));
  writeFileSync(path, `{\n${lines.join(',\n')}\n}\n`);
  return 0;
}

/** As the formatter has it: in one line where it fits. */
function entry(key: string, fields: readonly string[]): string {
  const quoted = fields.map((field) => JSON.stringify(field));
  const line = `  ${JSON.stringify(key)}: [${quoted.join(', ')}]`;
  if (line.length < 100) return line;
  return `  ${JSON.stringify(key)}: [\n${quoted.map((one) => `    ${one}`).join(',\n')}\n  ]`;
}
