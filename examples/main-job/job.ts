import { parseArgs } from 'node:util';
import { runFlagNames, type ShowFlags } from '@overseer/cli';
import { suggest } from '@overseer/core/plugin';

/** What `npm start` was asked for. */
export type Job =
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly problem: string }
  /** One's own models or repository: the `overseer` command does it. */
  | { readonly kind: 'own'; readonly args: readonly string[] }
  | { readonly kind: 'crash'; readonly show: ShowFlags }
  | {
      readonly kind: 'demo';
      readonly resume: boolean;
      readonly show: ShowFlags;
      /** Kills itself with -9 once this many attempts have begun to answer while at least two calls are in flight. */
      readonly crashAfter: number | undefined;
    };

/** What `npm start -- --help` prints. */
export const HELP = `npm start                      works a Spec Kit feature with simulated models: no key, no network
npm start -- --crash           the same, killed with -9 in the middle of its calls and resumed
npm start -- --resume          goes on after Ctrl-C or a kill, from where it was
npm start -- --json            prints the journal's events as JSON lines
npm start -- --plain           prints plain lines, on a terminal too

With your own models, repository and work (as "overseer run" does):
npm start -- --model claude-sonnet-5-5 --model gpt-5-mini --repo ../mine --tasks specs/001-feature/tasks.md
npm start -- --model gpt-5-mini --repo ../mine "Write a changelog from the last ten commits"
npm start -- --base-url http://127.0.0.1:8080/v1 --model my-model --repo ../mine "Add tests for src/parse.ts"
npm start -- --repo ../mine "Add tests for src/parse.ts"      (LM Studio, http://127.0.0.1:1234/v1)

  --model <name>      name or provider:name (anthropic, openai, lmstudio, server); the first is the overseer; repeat for a team
  --base-url <url>    an OpenAI-compatible server
  --repo <path>       the git repository to work on; its state hides in .overseer/
  --tasks <path>      a tasks.md, a feature folder, a repository with specs/, or a saved plan
  --limit <limit>     for every model, such as "5 calls / 5h"; repeat for several
  --price <m=in/out>  dollars per million input and output tokens, such as gpt-5-mini=0.25/2; repeat for several
  --budget <usd>      dollars that the run may spend at most
  --check <command>   a command that must succeed for every task; repeat for several
  --tsc               check every task with the TypeScript compiler
  --no-review         do not have the overseer model review every task
  --estimate          say what the work will cost, and end; a goal is planned for it, by real calls
  --save-plan <file>  plan the goal, save the plan as JSON, and end; --tasks works it
  --keep-runs <time>  how long what finished runs said is kept, such as 90d, or forever; in a sealed journal a year
  --journal <path>    the journal, where it is not the repository's own
  --answer <reply>    with --resume: your answer to the oldest question that the run waits with

Environment:
  OPENAI_API_KEY     key of OpenAI or of the server at the base URL
  OPENAI_API_BASE    base URL, used where --base-url is left out
  ANTHROPIC_API_KEY  key of Anthropic
  LM_STUDIO_MODEL    model to use where --model is left out
`;

const DEMO_FLAGS = {
  help: { type: 'boolean', short: 'h' },
  crash: { type: 'boolean' },
  resume: { type: 'boolean' },
  json: { type: 'boolean' },
  plain: { type: 'boolean' },
  'crash-after': { type: 'string' },
} as const;

const COMMANDS = ['run', 'resume', 'status', 'events'];

/** Reads the command line: one's own work where it names any, else the demo. Pure. */
export function chooseJob(args: readonly string[]): Job {
  const first = args[0] ?? '';
  if (COMMANDS.includes(first)) return { kind: 'own', args };
  const names = args.flatMap((arg) => /^--([\w-]+)/.exec(arg)?.[1] ?? []);
  const own = runFlagNames().filter((name) => !Object.hasOwn(DEMO_FLAGS, name));
  const known = [...own, ...Object.keys(DEMO_FLAGS)];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    return {
      kind: 'wrong',
      problem: `Unknown option --${unknown}: ${suggest(unknown, known)}. --help shows all.`,
    };
  }
  if (names.includes('help') || args.includes('-h')) return { kind: 'help' };
  const isOwn =
    names.some((name) => own.includes(name)) || args.some((arg) => !arg.startsWith('-'));
  if (isOwn && !names.includes('crash-after')) return ownJob(args);
  return demoJob(args);
}

function ownJob(args: readonly string[]): Job {
  const resumes = args.includes('--resume');
  const rest = args.filter((arg) => arg !== '--resume');
  return { kind: 'own', args: [resumes ? 'resume' : 'run', ...rest] };
}

function demoJob(args: readonly string[]): Job {
  const values = readDemoFlags(args);
  if (typeof values === 'string') return { kind: 'wrong', problem: `${values} --help shows all.` };
  const show: ShowFlags = { json: values.json ?? false, plain: values.plain ?? false };
  if (values.crash === true && values.resume === true) {
    return {
      kind: 'wrong',
      problem:
        '--crash begins a new run and --resume goes on with the one that is there: say one of them.',
    };
  }
  if (values.crash === true) return { kind: 'crash', show };
  const crashAfter = values['crash-after'];
  if (crashAfter !== undefined && !/^[1-9]\d*$/.test(crashAfter)) {
    return {
      kind: 'wrong',
      problem: `--crash-after takes a number of attempts, not ${crashAfter}.`,
    };
  }
  return {
    kind: 'demo',
    resume: values.resume ?? false,
    show,
    crashAfter: crashAfter === undefined ? undefined : Number(crashAfter),
  };
}

/** What was said, or what is wrong with it. */
function readDemoFlags(args: readonly string[]): DemoFlags | string {
  try {
    return parseArgs({ args: [...args], options: DEMO_FLAGS }).values;
  } catch (error) {
    return (error as Error).message.replace(/[.\s]*$/, '.');
  }
}

type DemoFlags = ReturnType<typeof parseArgs<{ readonly options: typeof DEMO_FLAGS }>>['values'];
