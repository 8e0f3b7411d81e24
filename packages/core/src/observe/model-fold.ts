import { foldRun, type Runs } from '../journal/fold-run.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { LeftAlone, Silence } from '../limit/left-alone.ts';
import { type Contact, contactAfter, NO_CONTACT } from '../run/contact.ts';
import { type ModelStatus, statusSince } from '../run/model-status.ts';
import { statusOf } from '../run/status-of.ts';
import type { OverseerEvent } from '../spec/event.ts';

/** A model as the journal tells of it. */
export interface RecordedModel extends ModelStatus {
  readonly name: string;
  /** Calls that have no end yet. */
  readonly running: number;
}

/** What is known of one model. */
interface Entry {
  contact: Contact;
  silence: Silence | undefined;
  alone: LeftAlone | undefined;
  readonly calls: Set<string>;
  readonly tasks: Set<TaskState>;
  status: ModelStatus | undefined;
}

/**
 * How models stand by the journal alone, for who looks on from another process: their connections and failures as they were written, and
 * calls, checks and tasks as they are on record. Limits and what servers say are known to the overseer alone. Takes events in order.
 */
export class ModelFold {
  readonly #entries = new Map<string, Entry>();
  readonly #runs: Runs = new Map();
  readonly #modelOf = new Map<TaskState, string>();

  /** Takes the next event of the journal. */
  take(event: OverseerEvent): void {
    foldRun(this.#runs, event);
    const { type, model } = event;
    if (type === 'lease.taken') this.#beginAnew(event);
    if (type === 'model.removed' && model !== undefined) {
      this.#entries.delete(model);
      return;
    }
    if (event.task === undefined) this.#takeRun(event);
    else this.#place(this.#runs.get(event.run ?? '')?.tasks.get(event.task), event.at);
    if (model === undefined) return;
    this.#takeModel(this.#entryOf(model), event);
    this.#look(model, event.at);
  }

  /** Every model of which the journal tells, as it stood at the last event. */
  list(): readonly RecordedModel[] {
    return [...this.#entries].flatMap(([name, { status, calls }]) =>
      status === undefined ? [] : [{ name, ...status, running: calls.size }],
    );
  }

  #takeModel(entry: Entry, event: OverseerEvent): void {
    const { type, call = '' } = event;
    if (type === 'call.started') entry.calls.add(call);
    if (type === 'call.finished' || type === 'call.failed' || type === 'call.withheld')
      entry.calls.delete(call);
    if (type === 'call.finished' || type === 'call.failed')
      entry.contact = contactAfter(entry.contact, event);
    if (type === 'model.changed') takeChange(entry, event);
  }

  /** Whoever takes the project up knows nothing of connections, and what failed may be mended. */
  #beginAnew({ at, data }: OverseerEvent<'lease.taken'>): void {
    if (data.custody === true) return;
    for (const [name, entry] of this.#entries) {
      Object.assign(entry, { contact: NO_CONTACT, silence: undefined, alone: undefined });
      this.#look(name, at);
    }
  }

  #takeRun({ type, run = '', at }: OverseerEvent): void {
    if (type === 'run.resumed') {
      for (const task of this.#runs.get(run)?.tasks.values() ?? []) this.#place(task, at);
      return;
    }
    if (type !== 'run.suspended' && type !== 'run.finished') return;
    const left = [...this.#modelOf.keys()].filter((task) => task.run === run);
    for (const task of left) this.#move(task, undefined, at);
    if (type === 'run.finished') this.#runs.delete(run);
  }

  #place(task: TaskState | undefined, at: number): void {
    if (task !== undefined) this.#move(task, task.attempt?.model, at);
  }

  #move(task: TaskState, model: string | undefined, at: number): void {
    const before = this.#modelOf.get(task);
    if (before !== undefined && before !== model) {
      this.#modelOf.delete(task);
      this.#entries.get(before)?.tasks.delete(task);
      this.#look(before, at);
    }
    if (model === undefined) return;
    this.#modelOf.set(task, model);
    this.#entryOf(model).tasks.add(task);
    this.#look(model, at);
  }

  #look(name: string, at: number): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    const running = entry.calls.size;
    const { contact, alone, tasks } = entry;
    const silence = entry.silence && { ...entry.silence, isProbed: running > 0 };
    const found = statusOf({
      ...{ contact, alone, tasks, silence, running, nowMs: at },
      ...{ isLoading: false, heard: UNHEARD, pause: undefined, full: undefined },
    });
    entry.status = statusSince(found, entry.status, at);
  }

  #entryOf(name: string): Entry {
    const known = this.#entries.get(name);
    if (known !== undefined) return known;
    const entry: Entry = {
      ...{ contact: NO_CONTACT, silence: undefined, alone: undefined, status: undefined },
      ...{ calls: new Set(), tasks: new Set() },
    };
    this.#entries.set(name, entry);
    return entry;
  }
}

const UNHEARD = {
  isAsked: false,
  listedAt: undefined,
  failedAt: undefined,
  why: undefined,
  code: undefined,
  model: undefined,
};

function takeChange(entry: Entry, { at, data }: OverseerEvent<'model.changed'>): void {
  const { connection, work, because, code = 'failed', untilAt, scope = 'model' } = data;
  const isAnswer = connection === 'connected';
  if (isAnswer) entry.contact = { answeredAt: at, silence: undefined };
  else if (code === 'not-asked') entry.contact = NO_CONTACT;
  const isSilent = !isAnswer && code !== 'not-asked';
  entry.silence = isSilent ? { at, why: because, code, isProbed: false } : undefined;
  entry.alone = work === 'error' ? { scope, why: because, code, untilAt } : undefined;
}
