import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { initRepository } from '@overseer/adapters/git';
import {
  type MockReply,
  type MockRequest,
  type MockScenario,
  type MockService,
  startMockService,
} from '@overseer/adapters/mock-llm';

const run = promisify(execFile);
const main = join(import.meta.dirname, 'main.ts');

/** Where Node reads our packages: what was built of them for this run of the tests, or their sources. */
export const packages: string =
  process.env['OVERSEER_TEST_CODE'] ?? '--conditions=@overseer/source';

/** A folder with a mock service beside it, in which the real command is run. */
export interface Scene extends AsyncDisposable {
  readonly folder: string;
  readonly service: MockService;
  /** Flags that lead to the service: `--base-url URL`. */
  readonly server: readonly string[];
}

/** A command that has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** A command that runs. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** Resolves once the output has such a text. */
  until(text: RegExp): Promise<void>;
  kill(signal: NodeJS.Signals): void;
  /** Stops reading its output, as `| head` does. */
  hangUp(): void;
}

/** Makes a scene; the files, if any, are committed to a git repository. */
export async function createScene(
  scenario: MockScenario | undefined,
  files?: Readonly<Record<string, string>>,
): Promise<Scene> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "overseer's scene ü ")));
  const service = await startMockService(scenario === undefined ? {} : { scenario });
  if (files !== undefined) {
    await writeFiles(folder, files);
    await initRepository(folder);
  }
  return {
    folder,
    service,
    server: ['--base-url', `${service.url}/v1`],
    [Symbol.asyncDispose]: async () => {
      await service.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Writes files and their folders. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), content);
  }
}

/** Starts `overseer` in the folder of a scene, with no variables but those that it is given. */
export function start(
  { folder }: Pick<Scene, 'folder'>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = spawn(process.execPath, [packages, main, ...args], {
    cwd: folder,
    env: { ...cleanEnvironment(folder), ...identity, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  let err = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk;
  });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, out, err }));
  return {
    pid: child.pid ?? 0,
    ended,
    kill: (signal) => child.kill(signal),
    hangUp: () => child.stdout.destroy(),
    until: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (text.test(out)) resolve();
        };
        child.stdout.on('data', look);
        look();
        void ended.then(() => reject(new Error(`It ended without ${text}:\n${out}${err}`)));
      }),
  };
}

/** Runs `overseer` to its end. */
export async function overseer(
  scene: Pick<Scene, 'folder'>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return await start(scene, args, env).ended;
}

/** What git says in the folder of a scene. */
export async function git({ folder }: Scene, ...args: readonly string[]): Promise<string> {
  return (await run('git', ['-C', folder, ...args])).stdout;
}

/** No variables that are settings of `overseer`; where what was compiled is kept is none, and without it each start would compile all anew. */
function cleanEnvironment(home: string): Readonly<Record<string, string>> {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  return { PATH, NODE_COMPILE_CACHE, HOME: home, NO_COLOR: '1' };
}

const identity = {
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

/** The key of the task that a request is about: `T001`, `plan`, `T001/review-1-0`. */
function taskOf({ messages }: MockRequest): string {
  const text = messages.find(({ role }) => role === 'user')?.text ?? '';
  return /^# Task (\S+):/m.exec(text)?.[1] ?? '';
}

/** A worker that writes one file and then says so; `wait` is how long it thinks first, in ms. */
function writing(request: MockRequest, path: string, content: string, wait = 0): MockReply {
  const wrote = request.messages.some(({ toolCalls }) => toolCalls.length > 0);
  if (wrote) return { text: `Wrote ${path}.`, firstTokenMs: wait };
  return { toolCalls: [{ name: 'write_file', input: { path, content } }], firstTokenMs: wait };
}

/** A reviewer that finds nothing. */
const AGREES: MockReply = { text: '{"verdict":"pass","findings":[],"score":0.9}' };

/** A plan of tasks, as a model gives it. */
function planOf(
  ...tasks: readonly {
    readonly key: string;
    readonly files?: readonly string[];
    readonly needs?: readonly string[];
  }[]
): MockReply {
  const full = tasks.map(({ key, files = [], needs = [] }) => ({
    key,
    title: `Write ${key}`,
    instruction: `Write ${key}.`,
    kind: 'write',
    needs,
    files,
    role: null,
    priority: 'medium',
    checks: [],
  }));
  return { text: JSON.stringify({ tasks: full }) };
}

/** Models `boss` and `worker`: they plan one file, review, and write what the key of a task says. */
export function smallScenario(wait = 0): MockScenario {
  return {
    models: [{ id: 'boss' }, { id: 'worker' }],
    rules: [
      {
        name: 'plan',
        when: (request) => taskOf(request) === 'plan',
        reply: (request) =>
          request.lastText.includes('There is no project folder')
            ? planOf({ key: 'facts' }, { key: 'answer', needs: ['facts'] })
            : planOf({ key: 'notes', files: ['NOTES.md'] }),
      },
      { name: 'review', when: (request) => taskOf(request).includes('/review-'), reply: AGREES },
      {
        name: 'file',
        when: ({ tools }) => tools.includes('write_file'),
        reply: (request) => {
          const key = taskOf(request);
          const file = key === 'notes' ? 'NOTES.md' : `out/${key}.txt`;
          return writing(request, file, `By ${key}.\n`, wait);
        },
      },
      { name: 'text', reply: (request) => ({ text: `The ${taskOf(request)} is 42.` }) },
    ],
  };
}

/** A small Spec Kit feature: two tasks side by side, then one that needs both. */
export const FEATURE: Readonly<Record<string, string>> = {
  'README.md': '# Small\n',
  'specs/001-small/spec.md': '# Feature Specification: Small\n\n- **FR-001**: It MUST be small\n',
  'specs/001-small/tasks.md': `# Tasks: Small

## Phase 1: Setup

- [ ] T001 [P] Write the first text in \`out/T001.txt\`
- [ ] T002 [P] Write the second text in \`out/T002.txt\`

## Phase 2: End

- [ ] T003 Write the third text in \`out/T003.txt\`
  - **Verify**: \`node --eval "require('fs').readFileSync('out/T003.txt')"\`
`,
};
