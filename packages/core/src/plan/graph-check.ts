import { ConfigError } from '../errors/config-error.ts';
import { formProblems } from './form-problems.ts';
import { TASK_FIELDS } from './graph-json.ts';
import { firstLines } from './task-problems.ts';

/** Checks the form of what a host asks to be done, which may come from JavaScript. */
export interface GraphCheck {
  /**
   * Throws `ConfigError`, one line a problem with its place and the nearest that is known: `plan.ensemble` where all are
   * about ensembles, else `plan.invalid`. Budgets of tasks, keys and needs are not looked at.
   */
  graph(graph: unknown): void;
  /** The same for one task that is to be compared. */
  compared(task: unknown): void;
}

const GRAPH_FIELDS = ['title', 'context', 'tasks', 'diagnostics', 'source'];
const COMPARED_FIELDS = ['key', 'title', 'instruction', 'kind', 'role', 'priority', 'checks'];

/** Brings the check, with the schema library, which costs more to load than the kernel: once for an overseer. */
export async function loadGraphCheck(): Promise<GraphCheck> {
  const { comparedSchema, hostGraphSchema } = await import('./graph-zod.ts');
  return {
    graph: (graph) => check(hostGraphSchema, graph, Object.keys(TASK_FIELDS), GRAPH_FIELDS),
    compared: (task) => check(comparedSchema, { tasks: [task] }, COMPARED_FIELDS),
  };
}

function check(
  schema: typeof import('./graph-zod.ts').hostGraphSchema,
  graph: unknown,
  taskFields: readonly string[],
  graphFields?: readonly string[],
): void {
  const read = schema.safeParse(graph);
  if (read.success) return;
  const { issues } = read.error;
  const isEnsemble = issues.every(({ path }) => path[2] === 'ensemble');
  throw new ConfigError(
    isEnsemble ? 'plan.ensemble' : 'plan.invalid',
    firstLines(formProblems(issues, graph, taskFields, graphFields)).join('\n'),
  );
}
