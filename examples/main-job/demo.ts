import { existsSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { initRepository } from '@overseer/adapters/git';
import { type SpawnedMockService, spawnMockService } from '@overseer/adapters/mock-llm';
import {
  EXIT,
  findProject,
  type Project,
  readTasks,
  resumeRun,
  stopEarly,
  stoppedEarly,
  teamParts,
  withFinalCheck,
  work,
} from '@overseer/cli';
import { ConfigError } from '@overseer/core/plugin';
import type { TaskGraph } from '@overseer/core/spec';
import { holdDemo, requireIdle } from './hold-demo.ts';
import type { Job } from './job.ts';
import { kit } from './kit-tasks.ts';
import { findPlaces, type Places } from './places.ts';
import { simulatedTeam } from './simulated-team.ts';
import { compareTotals } from './totals.ts';
import { watchForCrash } from './watch-for-crash.ts';

const RESUME = 'npm start -- --resume';

type Demo = Extract<Job, { kind: 'demo' }>;

/**
 * Works the kit with simulated models, from its start or from where it was. Returns the exit code. Throws `StoreError`
 * `store.busy` while another process works on it, and then touches nothing.
 */
export async function runDemo(demo: Demo): Promise<number> {
  const places = findPlaces();
  using early = stopEarly(stoppedEarly(demo.resume ? RESUME : undefined));
  announce(demo);
  await using _held = await holdDemo(places);
  if (demo.resume) requireRepository(places);
  else await prepareRepository(places);
  await using service = await spawnMockService({
    scenario: places.scenario,
    countFile: places.counts,
    // Ctrl-C is for the job alone: the service goes on answering what is in flight, and ends with the job.
    lingerMs: 0,
  });
  return await workOn(demo, places, service, early);
}

function announce({ show, resume }: Demo): void {
  const output = show.json ? process.stderr : process.stdout;
  output.write(
    'The models are simulated: a mock service on this machine answers in their true wire formats, and nothing leaves it.\n',
  );
  if (!resume)
    output.write('Working specs/001-text-tools of examples/kits/text-tools in .overseer/demo.\n');
}

async function prepareRepository({ repository, counts }: Places): Promise<void> {
  await requireIdle(journalOf(repository), repository);
  await rm(repository, { recursive: true, force: true });
  await rm(counts, { force: true });
  await mkdir(repository, { recursive: true });
  await cp(fileURLToPath(kit), repository, { recursive: true });
  await initRepository(repository);
}

function requireRepository({ repository }: Places): void {
  if (existsSync(journalOf(repository))) return;
  throw new ConfigError(
    'config.nothing-to-resume',
    'There is nothing to resume: run npm start first.',
  );
}

function journalOf(repository: string): string {
  return join(repository, '.overseer', 'journal.db');
}

async function workOn(
  { resume, show, crashAfter }: Demo,
  places: Places,
  service: SpawnedMockService,
  early: Disposable,
): Promise<number> {
  const project = findProject({ repository: places.repository, folder: process.cwd() });
  let agree = true;
  const code = await work(
    {
      project,
      team: simulatedTeam(service.url),
      parts: teamParts({ hasFiles: true, tsc: places.tsc }),
      budgetUsd: 2,
      show,
      resumeCommand: RESUME,
      warnings: [],
      early,
      notes: async ({ view }) => {
        const totals = await compareTotals(view, places.counts);
        agree = totals.agree;
        return [
          totals.sentence,
          'With your own key and repository:',
          '  OPENAI_API_KEY=… npm start -- --model gpt-5-mini --repo PATH --tasks specs/NAME/tasks.md',
        ];
      },
    },
    async (overseer) => {
      if (crashAfter !== undefined) watchForCrash(overseer, crashAfter);
      return resume
        ? await resumeRun(overseer, project, {})
        : overseer.run(await demoGraph(project));
    },
  );
  return code === EXIT.done && !agree ? EXIT.failed : code;
}

async function demoGraph(project: Project): Promise<TaskGraph> {
  const checks = [{ kind: 'tsc' }, { kind: 'review' }];
  const graph = await readTasks(project, undefined, checks);
  return withFinalCheck(graph, [{ kind: 'tsc' }, { kind: 'command', value: 'node --test' }]);
}
