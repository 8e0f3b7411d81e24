import { jsonText } from '../internal/json-text.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import { readEvents } from '../journal/read-events.ts';
import type { RunState, TaskState } from '../journal/run-state.ts';
import { roleOf } from '../route/candidates.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Json } from '../spec/json.ts';
import type { StateStore } from '../spec/store.ts';
import type { Tool } from '../spec/tool.ts';
import type { ToolRefusal } from '../spec/tool-caller.ts';
import { shownInput } from '../tool/shown-input.ts';

/** One call of a tool that somebody wanted: who, what, when, by whose leave, and what came of it. Times are epoch ms. */
export interface ToolCallRecord {
  readonly run: string;
  readonly task: string;
  readonly attempt: string;
  /** The call's own id, unique in one answer of a model. */
  readonly id: string;
  readonly tool: string;
  /** `undefined` where a tool alone does the task. */
  readonly model: string | undefined;
  readonly role: string;
  readonly user: string | undefined;
  readonly tenant: string | undefined;
  /** Without what its tool calls sensitive; of a tool that is not there any more its hash, as `{ sha256 }`. */
  readonly input: Json;
  /** Whether it was made, or why not. */
  readonly decision: 'allowed' | ToolRefusal;
  /** The ids of the grants that gave leave for it; none where role or model may always do it. */
  readonly grants: readonly string[];
  /** `failed`: the tool said no. `cut-off`: its attempt ended before it did. `open`: it is under way. */
  readonly outcome: 'done' | 'failed' | 'broken' | 'cut-off' | 'open' | 'not made';
  /** In words, where it was refused or failed. */
  readonly because: string | undefined;
  /** When it first began; `undefined` for a call of which only the end is on record. */
  readonly startedAt: number | undefined;
  /** How often it began: more than once where a process died in the middle. */
  readonly starts: number;
  readonly endedAt: number | undefined;
}

/** Which calls to read: those that fit all that is named. */
export interface AuditFilter {
  readonly tool?: string;
  readonly run?: string;
  readonly model?: string;
  readonly role?: string;
  readonly user?: string;
  readonly tenant?: string;
  readonly decision?: ToolCallRecord['decision'];
}

interface Started {
  readonly event: OverseerEvent<'tool.started'>;
  readonly record: ToolCallRecord;
}

/**
 * Every tool call that a journal tells of, allowed and refused, in the order in which they ended, and then those under
 * way. A fold of events that holds one run at a time per unfinished run, however long the journal is.
 */
export async function* toolAudit(
  source: { readonly store: StateStore; readonly stream: string },
  tools: ReadonlyMap<string, Tool>,
  filter: AuditFilter = {},
): AsyncGenerator<ToolCallRecord> {
  const runs: Runs = new Map();
  const open = new Map<string, Started>();
  for await (const page of readEvents(source.store, source.stream, filter.run)) {
    for (const event of page) {
      yield* take(runs, open, tools, event).filter((record) => fits(record, filter));
    }
  }
  for (const { record } of open.values()) if (fits(record, filter)) yield record;
}

/** The calls that an event ends. */
function take(
  runs: Runs,
  open: Map<string, Started>,
  tools: ReadonlyMap<string, Tool>,
  event: OverseerEvent,
): readonly ToolCallRecord[] {
  const { run = '', task = '', attempt = '' } = event;
  foldRun(runs, event);
  switch (event.type) {
    case 'tool.started': {
      const before = open.get(attempt);
      const known = before?.event.data.id === event.data.id ? before.record : undefined;
      open.set(attempt, { event, record: startedRecord(runs, tools, event, known) });
      return [];
    }
    case 'tool.finished': {
      const started = open.get(attempt);
      open.delete(attempt);
      const own = started?.event.data.id === event.data.id ? started.record : undefined;
      return [finishedRecord(runs, tools, event, own)];
    }
    case 'attempt.ended':
      return cutOff(open, event.at, (record) => record.attempt === attempt);
    case 'task.failed':
    case 'task.skipped':
      return cutOff(open, event.at, (record) => record.run === run && record.task === task);
    case 'run.finished':
      runs.delete(run);
      return cutOff(open, event.at, (record) => record.run === run);
    default:
      return [];
  }
}

function cutOff(
  open: Map<string, Started>,
  at: number,
  isOver: (record: ToolCallRecord) => boolean,
): readonly ToolCallRecord[] {
  const over = [...open].filter(([, { record }]) => isOver(record));
  for (const [attempt] of over) open.delete(attempt);
  return over.map(([, { record }]) => ({ ...record, outcome: 'cut-off', endedAt: at }));
}

function startedRecord(
  runs: Runs,
  tools: ReadonlyMap<string, Tool>,
  event: OverseerEvent<'tool.started'>,
  known: ToolCallRecord | undefined,
): ToolCallRecord {
  const { id, name, input, grants = [] } = event.data;
  return {
    ...placeOf(runs, event),
    id,
    tool: name,
    input: shownInput(tools.get(name), input),
    decision: 'allowed',
    grants,
    outcome: 'open',
    because: undefined,
    startedAt: known?.startedAt ?? event.at,
    starts: (known?.starts ?? 0) + 1,
    endedAt: undefined,
  };
}

function finishedRecord(
  runs: Runs,
  tools: ReadonlyMap<string, Tool>,
  event: OverseerEvent<'tool.finished'>,
  started: ToolCallRecord | undefined,
): ToolCallRecord {
  const { id, name, output, isError, isBroken, refused } = event.data;
  const tool = started?.tool ?? name ?? '';
  const task = taskOf(runs, event);
  return {
    ...(started ?? {
      ...placeOf(runs, event),
      id,
      tool,
      input: shownInput(tools.get(tool), wishOf(task, id)),
      grants: [],
      startedAt: undefined,
      starts: 0,
    }),
    decision: refused ?? 'allowed',
    outcome: refused === undefined ? outcomeOf(isError, isBroken) : 'not made',
    because: isError === true ? jsonText(output) : undefined,
    endedAt: event.at,
  };
}

function outcomeOf(
  isError: boolean | undefined,
  isBroken: boolean | undefined,
): ToolCallRecord['outcome'] {
  if (isBroken === true) return 'broken';
  return isError === true ? 'failed' : 'done';
}

function placeOf(
  runs: Runs,
  event: OverseerEvent,
): Pick<ToolCallRecord, 'run' | 'task' | 'attempt' | 'model' | 'role' | 'user' | 'tenant'> {
  const { run = '', task = '', attempt = '' } = event;
  const runState: RunState | undefined = runs.get(run);
  const state = taskOf(runs, event);
  return {
    run,
    task,
    attempt,
    model: state?.attempt?.model,
    role: state === undefined ? '' : roleOf(state.task),
    user: runState?.user,
    tenant: runState?.tenant,
  };
}

function taskOf(runs: Runs, { run = '', task = '' }: OverseerEvent): TaskState | undefined {
  return runs.get(run)?.tasks.get(task);
}

/** What was asked of a tool whose start is not on record: it stands in the answer of the model, or in the task. */
function wishOf(task: TaskState | undefined, id: string): Json {
  const parts = task?.attempt?.steps.at(-1)?.parts ?? [];
  for (const part of parts) if (part.type === 'tool-call' && part.id === id) return part.input;
  return task?.task.step?.input ?? null;
}

function fits(record: ToolCallRecord, filter: AuditFilter): boolean {
  const named = Object.entries(filter) as readonly [keyof AuditFilter, string | undefined][];
  return named.every(([field, value]) => value === undefined || record[field] === value);
}
