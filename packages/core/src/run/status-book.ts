import type { TaskState } from '../journal/run-state.ts';
import type { Member } from '../route/member.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Model } from '../spec/model.ts';
import { type Contact, contactAfter, NO_CONTACT } from './contact.ts';
import { fullOf } from './full-of.ts';
import { isSameStatus, type ModelStatus, statusSince } from './model-status.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';
import { statusOf } from './status-of.ts';

/** How a model stands, and how it stood at the last look; `undefined` where it is not in the team. */
export interface Seen {
  readonly before: ModelStatus | undefined;
  readonly now: ModelStatus | undefined;
  /** Whether a state or its code is another, and not only the words. */
  readonly isNew: boolean;
}

/** What is known of one model beside its limits and breakers. */
interface Entry {
  /** What was asked: nothing is known of another connection in its place. */
  model: Model;
  contact: Contact;
  status: ModelStatus | undefined;
}

const NOBODY: readonly TaskState[] = [];

/**
 * How each model of the team stands, and since when. Takes each event once the projection has made it true, and works a status out
 * when it is asked to look: what came and went between two looks never was.
 */
export class StatusBook {
  readonly #settings: Pick<Settings, 'lists' | 'members'>;
  readonly #projection: Projection;
  readonly #entries = new Map<string, Entry>();
  /** By model: the tasks that attempts of it are at. */
  readonly #tasks = new Map<string, Set<TaskState>>();
  readonly #modelOf = new Map<TaskState, string>();
  /** Which models are being loaded, by who has that done: an attempt, or an order. */
  readonly #loads = new Map<unknown, string>();

  constructor(settings: Pick<Settings, 'lists' | 'members'>, projection: Projection) {
    this.#settings = settings;
    this.#projection = projection;
  }

  /** The models that were in the team at the last look, and those that are in it now. */
  get names(): ReadonlySet<string> {
    return new Set([...this.#entries.keys(), ...this.#settings.members.keys()]);
  }

  /** Notes what happened, and names the models whose status that may have changed. */
  take(event: OverseerEvent, mark: (model: string) => void): void {
    switch (event.type) {
      case 'call.finished':
      case 'call.failed':
        this.#endCall(event);
        this.#place(event, mark);
        break;
      case 'task.assigned':
      case 'call.cached':
      case 'attempt.recovered':
      case 'attempt.ended':
      case 'task.done':
      case 'task.failed':
      case 'task.skipped':
        this.#place(event, mark);
        break;
      case 'call.started':
      case 'call.withheld':
      case 'limit.learned':
      case 'model.added':
      case 'model.removed':
      case 'model.reconfigured':
        break;
      case 'run.resumed':
        for (const task of this.#projection.runs.get(event.run ?? '')?.tasks.values() ?? NOBODY) {
          this.#move(task, task.attempt?.model, mark);
        }
        return;
      case 'run.suspended':
      case 'run.finished':
        for (const task of this.#modelOf.keys()) {
          if (task.run === event.run) this.#move(task, undefined, mark);
        }
        return;
      default:
        return;
    }
    if (event.model !== undefined) mark(event.model);
  }

  /** A model begins to be loaded for `whom`. */
  load(whom: unknown, model: string): void {
    this.#loads.set(whom, model);
  }

  /** The load for `whom` is over; the model that was loaded, if one was. */
  loaded(whom: unknown): string | undefined {
    if (this.#loads.size === 0) return undefined;
    const model = this.#loads.get(whom);
    this.#loads.delete(whom);
    return model;
  }

  /** Looks at one model at `nowMs`; what is found to be new is so since `sinceAt`, or since time changed it. Epoch ms. */
  look(name: string, nowMs: number, sinceAt?: number): Seen {
    const member = this.#settings.members.get(name);
    const before = this.#entries.get(name)?.status;
    if (member === undefined) {
      this.#entries.delete(name);
      return { before, now: undefined, isNew: before !== undefined };
    }
    const entry = this.#entryOf(member);
    const found = this.#find(member, entry.contact, nowMs);
    const isNew = before === undefined || !isSameStatus(found, before);
    const now = statusSince(found, before, sinceAt ?? changedAt(before, nowMs));
    entry.status = now;
    return { before, now, isNew };
  }

  #find(member: Member, contact: Contact, nowMs: number): ReturnType<typeof statusOf> {
    const { name, model, limits } = member;
    const { breakers } = this.#projection;
    const alone = breakers.alone(name);
    const down = alone === undefined ? breakers.down(name, nowMs) : undefined;
    return statusOf({
      isLoading: this.#loads.size > 0 && [...this.#loads.values()].includes(name),
      heard: this.#settings.lists.heard(model),
      contact,
      silence: breakers.silence(name),
      alone,
      pause: down && { why: down.why, code: down.fault, untilAt: down.untilAt },
      full: fullOf(member, nowMs),
      running: limits.running,
      tasks: this.#tasks.get(name) ?? NOBODY,
      nowMs,
    });
  }

  #entryOf({ name, model }: Member): Entry {
    const known = this.#entries.get(name);
    if (known?.model === model) return known;
    const entry = { model, contact: NO_CONTACT, status: known?.status };
    this.#entries.set(name, entry);
    return entry;
  }

  #endCall(event: OverseerEvent<'call.finished'> | OverseerEvent<'call.failed'>): void {
    this.#loads.delete(event.attempt);
    const member = this.#settings.members.get(event.model ?? '');
    if (member === undefined) return;
    const entry = this.#entryOf(member);
    entry.contact = contactAfter(entry.contact, event);
  }

  #place({ run, task }: OverseerEvent, mark: (model: string) => void): void {
    const state = this.#projection.runs.get(run ?? '')?.tasks.get(task ?? '');
    if (state !== undefined) this.#move(state, state.attempt?.model, mark);
  }

  /** The attempt that a task has now is of `model`; of nobody where it has none, or nobody works on it. */
  #move(task: TaskState, model: string | undefined, mark: (model: string) => void): void {
    const before = this.#modelOf.get(task);
    if (before === model) {
      if (model !== undefined) mark(model);
      return;
    }
    if (before !== undefined) {
      this.#modelOf.delete(task);
      const left = this.#tasks.get(before);
      left?.delete(task);
      if (left?.size === 0) this.#tasks.delete(before);
      mark(before);
    }
    if (model === undefined) return;
    this.#modelOf.set(task, model);
    const tasks = this.#tasks.get(model) ?? new Set();
    this.#tasks.set(model, tasks.add(task));
    mark(model);
  }
}

/** When what was seen changed without anything happening: a wait ends by itself. */
function changedAt(before: ModelStatus | undefined, nowMs: number): number {
  const { untilAt, sinceAt } = before?.work ?? {};
  if (untilAt === undefined || sinceAt === undefined || untilAt < sinceAt) return nowMs;
  return Math.min(untilAt, nowMs);
}
