import { jsonText } from '../internal/json-text.ts';
import { foldRun, type Runs } from '../journal/fold-run.ts';
import type { AttemptState, RunState, TaskState, ToolStepState } from '../journal/run-state.ts';
import { roleOf } from '../route/candidates.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Delegation, PartialResult } from './delegation.ts';

type Terms = Omit<Delegation, 'partial' | 'outcome' | 'model' | 'validation'>;

/** What is noted of an attempt that goes on; what it gave so far is in the state of its run. */
interface Open {
  terms: Terms;
  model: string | undefined;
  readonly verdicts: Delegation['validation']['verdicts'][number][];
}

type End = Pick<Delegation, 'outcome' | 'reason' | 'commit' | 'endedAt'>;

/** Attempts as delegations: a fold that takes each event once, in order. */
export class DelegationFold {
  readonly #runs: Runs = new Map();
  /** By the id of the attempt. */
  readonly #open = new Map<string, Open>();

  /** Takes one event into account; gives the delegations that it ends. */
  take(event: OverseerEvent): readonly Delegation[] {
    // What was given stands in the state before the end.
    const ended = this.#ended(event);
    foldRun(this.#runs, event);
    this.#note(event);
    if (event.type === 'run.finished') this.#runs.delete(event.run ?? '');
    return ended;
  }

  /** Those under way. */
  open(): readonly Delegation[] {
    return [...this.#open.values()].map((one) => this.#tell(one, { outcome: 'open' }));
  }

  #note(event: OverseerEvent): void {
    const run = this.#runs.get(event.run ?? '');
    const task = run?.tasks.get(event.task ?? '');
    if (run === undefined || task === undefined) return;
    if (event.type !== 'task.assigned') {
      this.#noteIn(task, event);
      return;
    }
    const terms = termsOf(run, task, event);
    this.#open.set(terms.attempt, { terms, model: event.data.model, verdicts: [] });
  }

  #noteIn({ attempt }: TaskState, event: OverseerEvent): void {
    const open = this.#open.get(event.attempt ?? '');
    if (open === undefined) return;
    // Of two that were asked the same, it is whose answer came first.
    open.model = attempt?.model ?? open.model;
    if (event.type === 'attempt.started') {
      open.terms = withPrompt(open.terms, event.seq, event.data.sections);
      open.terms = { ...open.terms, tools: event.data.tools.map(({ name }) => name) };
    }
    if (event.type === 'attempt.recovered' && event.data.sections !== undefined) {
      open.terms = withPrompt(open.terms, event.seq, event.data.sections);
    }
    if (event.type !== 'verdict.given') return;
    const { validator, tier, verdict } = event.data;
    open.verdicts.push({ validator, tier, verdict });
  }

  #ended(event: OverseerEvent): readonly Delegation[] {
    const { at: endedAt } = event;
    switch (event.type) {
      case 'task.done': {
        const { commit } = event.data;
        const end = { outcome: 'accepted', endedAt, ...(commit === undefined ? {} : { commit }) };
        return this.#close(event, end as End);
      }
      case 'attempt.ended': {
        const { outcome, because } = event.data;
        return this.#close(event, { outcome, reason: because, endedAt });
      }
      case 'task.failed':
      case 'task.skipped':
        return this.#close(event, { outcome: 'cancelled', reason: event.data.because, endedAt });
      default:
        return [];
    }
  }

  #close({ run = '', task = '' }: OverseerEvent, end: End): readonly Delegation[] {
    const attempt = this.#runs.get(run)?.tasks.get(task)?.attempt;
    const open = this.#open.get(attempt?.id ?? '');
    if (attempt === undefined || open === undefined) return [];
    const told = this.#tell(open, end);
    this.#open.delete(attempt.id);
    return [told];
  }

  #tell({ terms, model, verdicts }: Open, end: End): Delegation {
    const attempt = this.#runs.get(terms.run)?.tasks.get(terms.task)?.attempt;
    return {
      ...terms,
      model,
      validation: { verdicts: [...verdicts], questions: questionsOf(attempt) },
      partial: partialOf(attempt),
      ...end,
    };
  }
}

function termsOf(run: RunState, state: TaskState, event: OverseerEvent<'task.assigned'>): Terms {
  const { task } = state;
  const { because, insteadOf, expectedEndAt, permissions = [] } = event.data;
  const needed = task.needs.flatMap((key) => run.tasks.get(key) ?? []);
  const { budget, deadlineAt } = task;
  return {
    run: run.id,
    task: task.key,
    title: task.title,
    attempt: event.attempt ?? '',
    role: roleOf(task),
    because,
    ...(insteadOf === undefined ? {} : { insteadOf }),
    assignedAt: event.at,
    seq: event.seq,
    ...(expectedEndAt === undefined ? {} : { expectedEndAt }),
    ...(deadlineAt === undefined ? {} : { deadlineAt }),
    context: {
      sections: [],
      inputs: needed.flatMap(({ task: { key }, output }) =>
        output === undefined ? [] : [{ task: key, characters: output.length }],
      ),
    },
    prerequisites: needed.map(({ task: { key }, status }) => ({ task: key, status })),
    tools: task.step === undefined ? [] : [task.step.tool],
    permissions,
    success: {
      objective: task.instruction,
      checks: task.checks,
      files: task.files,
      ...(budget === undefined ? {} : { budget }),
    },
  };
}

function withPrompt(terms: Terms, seq: number, sections: Delegation['context']['sections']): Terms {
  return { ...terms, context: { ...terms.context, sections, seq } };
}

function questionsOf(attempt: AttemptState | undefined): Delegation['validation']['questions'] {
  return [...(attempt?.questions ?? [])].flatMap(([id, { ask, reply }]) =>
    reply === undefined ? [{ id, request: ask.request }] : [],
  );
}

function partialOf(attempt: AttemptState | undefined): readonly PartialResult[] {
  if (attempt === undefined) return [];
  const { toolStep, steps } = attempt;
  const ofTool = toolStep === undefined ? [] : [toolResult(toolStep)];
  return [
    ...ofTool,
    ...steps.map(({ call, parts, json, tools }) => ({
      call,
      text: json ?? parts.map((part) => (part.type === 'text' ? part.text : '')).join(''),
      tools: [...tools.values()].map(toolOf),
    })),
  ];
}

function toolResult(tool: ToolStepState): PartialResult {
  const { result } = tool;
  const text = result === undefined ? '' : jsonText(result.output);
  return { call: undefined, text, tools: [toolOf(tool)] };
}

function toolOf({ id, name, result }: ToolStepState): PartialResult['tools'][number] {
  if (result === undefined) return { id, name, outcome: 'open' };
  return { id, name, outcome: result.isError ? 'failed' : 'done' };
}
