import { readFlags } from '../scripts/command-line/read-flags.ts';
import { exitCode, progress, wholeNumber } from './harness/command.ts';
import { measureAll } from './harness/measure-all.ts';
import { installPeer } from './harness/peers.ts';
import { loadWork, namesIn, subjectFile } from './harness/registry.ts';
import { resultLines } from './harness/results.ts';
import { table } from './harness/table.ts';
import type { Work } from './harness/work.ts';

const HELP = `npm run bench -- NAME [--peers] [--subjects a,b] [--repeats N] [--json] [--help]

Measures one work: ${namesIn('works').join(', ')}.
Every subject and repeat is a fresh process, in turns (A B C, A B C, …). Processor time is that of the whole process,
user and system, all threads. Ratios are taken within a repeat.
  --peers     also the libraries of others, installed on first use
  --subjects  only these, in this order
  --repeats   how often each is measured
  --json      one object a line: { work, subject, metric, unit, median, min, max, n }
BENCH_TMP names a folder on a real disk for what is stored.
`;

const { positionals, values } = readFlags({
  allowPositionals: true,
  options: {
    peers: { type: 'boolean', default: false },
    subjects: { type: 'string' },
    repeats: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) process.stdout.write(HELP);
else process.exitCode = await exitCode(() => bench(positionals[0]));

async function bench(name: string | undefined): Promise<number> {
  const work = await loadWork<Work>('works', name);
  const subjects = chosen(work);
  for (const subject of subjects) subjectFile(subject);
  for (const subject of subjects) installPeer(subject, progress);
  const repeats = wholeNumber('repeats', values.repeats ?? String(work.repeats));
  const measured = await measureAll({ name: String(name), work, subjects, repeats, progress });
  const lines = resultLines(String(name), work, measured);
  const text = values.json
    ? lines.map((line) => JSON.stringify(line)).join('\n')
    : `${name}: ${work.summary} (Node ${process.versions.node})\n\n${table(lines)}`;
  if (lines.length > 0) process.stdout.write(`${text}\n`);
  return Object.values(measured).every((repeats) => !repeats.includes(undefined)) ? 0 : 1;
}

function chosen(work: Work): readonly string[] {
  if (values.subjects !== undefined) return values.subjects.split(',');
  return values.peers ? [...work.subjects, ...work.peers] : work.subjects;
}
