import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readFlags } from './command-line/read-flags.ts';
import { readCatalogue } from './requirements/catalogue.ts';
import { citationsIn } from './requirements/citations.ts';
import { type Coverage, coverage } from './requirements/coverage.ts';

const HELP = `npm run requirements [-- --json] [-- --help]

Prints every requirement of docs/requirements.md with the tests that cite its id.
Exits 1 when an id marked done has no test, or when a test cites an id that does not exist.
  --json  one object a line: { id, mark, what, tests: [{ path, line, name }] }
`;

const TESTS = [
  '{packages/*/src,scripts,bench,deploy,examples,docs}/**/*.test.ts',
  'packages/core/src/testing/**/*.ts',
];

const { values } = readFlags({
  options: {
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
process.exitCode = values.help ? help() : report(values.json);

function help(): number {
  process.stdout.write(HELP);
  return 0;
}

function report(json: boolean): number {
  const root = join(import.meta.dirname, '..');
  const catalogue = readCatalogue(readFileSync(join(root, 'docs/requirements.md'), 'utf8'));
  const files = globSync(TESTS, { cwd: root, exclude: ['**/node_modules'] }).sort();
  const citations = files
    .map((path) => path.replaceAll('\\', '/'))
    .flatMap((path) => citationsIn(path, readFileSync(join(root, path), 'utf8')));
  const joined = coverage(catalogue, citations);
  console.log(json ? asLines(joined) : asText(joined));
  for (const problem of joined.problems) console.error(problem);
  return joined.problems.length === 0 ? 0 : 1;
}

function asLines({ requirements }: Coverage): string {
  return requirements
    .map(({ id, mark, what, tests }) =>
      JSON.stringify({
        id,
        mark,
        what,
        tests: tests.map(({ path, line, name }) => ({ path, line, name })),
      }),
    )
    .join('\n');
}

function asText({ requirements }: Coverage): string {
  const blocks = requirements.map(({ id, mark, what, tests }) =>
    [
      `${id.padEnd(4)}${mark.padEnd(6)} ${what}`,
      ...tests.map(({ path, line, name }) => `      ${path}:${line}  ${name}`),
    ].join('\n'),
  );
  const count = (mark: string): number => requirements.filter((r) => r.mark === mark).length;
  const tested = requirements.filter(({ tests }) => tests.length > 0).length;
  return `${blocks.join('\n')}\n\n${count('done')} done, ${count('begun')} begun, ${count('open')} open; ${tested} of ${requirements.length} are cited by tests.`;
}
