import { RecentMap } from '../internal/recent-map.ts';
import { reportedOverflow } from '../internal/reported-overflow.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { PracticeName } from '../spec/practice-record.ts';
import type { NotedLimit } from './practice-entry.ts';

/** A limit of a model at a kind of task. */
export interface FoundLimit extends NotedLimit {
  readonly of: PracticeName;
}

/** Tasks and models that are remembered. */
const MOST = 10_000;
/** Limits of one task, and the longest name of one, in characters: what a provider says of a request it may make up. */
const MOST_OF_TASK = 16;
const NAME_LENGTH = 100;
/** What holds at every kind of task. */
const ANY_KIND = '*';

/** What came up in a task that goes on. */
interface Pending extends Omit<FoundLimit, 'worked'> {
  readonly attempt: string;
}

/**
 * Watches what models turn out not to be able to do or take, and whether what is done about it brings an answer: prompts that are too long,
 * answers that are cut off, JSON that is none, parts of a request that are not heeded, rates that were learned. Of each task every such
 * thing counts once.
 */
export class LimitWatch {
  /** What each model of the team is, as the latest assignment says. */
  readonly #versions = new RecentMap<string>(MOST);
  /** By task that goes on. */
  readonly #pending = new RecentMap<Pending[]>(MOST);
  readonly #modelOf: (attempt: string) => string | undefined;

  /** `modelOf` says what the model of an attempt under way is, `provider/id`. */
  constructor(modelOf: (attempt: string) => string | undefined) {
    this.#modelOf = modelOf;
  }

  /** Takes an event into account that is true already, `task` being its task; gives what is known by it now. */
  take(event: OverseerEvent, task: TaskState | undefined): readonly FoundLimit[] {
    if (event.type === 'limit.learned') return this.#rate(event);
    if (task === undefined) return NOTHING;
    const { attempt = '' } = event;
    switch (event.type) {
      case 'task.assigned':
        this.#assigned(event);
        return NOTHING;
      case 'attempt.recovered': {
        const { trouble, action } = event.data;
        this.#recovered(task, attempt, trouble, action);
        return NOTHING;
      }
      case 'call.finished':
        for (const warning of event.data.warnings ?? []) this.#warned(task, attempt, warning);
        return NOTHING;
      case 'call.failed':
        this.#failed(task, attempt, event);
        return NOTHING;
      case 'attempt.ended':
        return this.#ended(task, attempt, event.data.outcome === 'rejected');
      case 'task.done':
        return this.#over(task, true);
      case 'task.failed':
      case 'task.skipped':
        return this.#over(task, false);
      default:
        return NOTHING;
    }
  }

  #assigned({ data: { model, version } }: OverseerEvent<'task.assigned'>): void {
    if (model === undefined || version === undefined) return;
    if (this.#versions.get(model) !== version) this.#versions.set(model, version);
  }

  #rate({ model = '', data }: OverseerEvent<'limit.learned'>): readonly FoundLimit[] {
    const version = this.#versions.get(model);
    // The rate of one of several keys is that key's, and not the model's.
    if (version === undefined || data.keyName !== undefined) return NOTHING;
    const calls = data.rate.requests?.limit;
    const limit = { of: { model: version, kind: ANY_KIND }, limit: 'rate-limit', worked: true };
    return [
      calls === undefined
        ? { ...limit, workaround: 'spread', isOver: true }
        : { ...limit, workaround: 'spread', detail: `${calls} calls a minute` },
    ];
  }

  #warned(task: TaskState, attempt: string, warning: string): void {
    const [, kind] = /^(unsupported|adjusted): ./.exec(warning) ?? [];
    if (kind === undefined) return;
    const workaround = kind === 'adjusted' ? 'adjusted' : 'left-out';
    this.#note(task, attempt, { limit: warning.slice(0, NAME_LENGTH), workaround });
  }

  #failed(task: TaskState, attempt: string, { data }: OverseerEvent<'call.failed'>): void {
    const { kind, message } = data;
    if (kind !== 'context-overflow' && kind !== 'unsupported') return;
    const { window } = kind === 'unsupported' ? { window: undefined } : reportedOverflow(message);
    const detail = window === undefined ? {} : { detail: `window of ${window} tokens` };
    this.#note(task, attempt, { limit: kind, workaround: 'another-model', ...detail });
  }

  /** The model itself goes on: in place of what would have been done else. */
  #recovered(task: TaskState, attempt: string, limit: string, workaround: string): void {
    const pending = this.#pending.get(keyOf(task)) ?? [];
    const failed = pending.findIndex(
      (one) => one.attempt === attempt && one.limit === limit && one.workaround === 'another-model',
    );
    const [known] = failed < 0 ? [] : pending.splice(failed, 1);
    const detail = known?.detail === undefined ? {} : { detail: known.detail };
    this.#note(task, attempt, { limit, workaround, ...detail });
  }

  #note(
    task: TaskState,
    attempt: string,
    found: Pick<Pending, 'limit' | 'workaround' | 'detail'>,
  ): void {
    const model = this.#modelOf(attempt);
    if (model === undefined) return;
    const pending = this.#pending.get(keyOf(task)) ?? [];
    const { limit, workaround } = found;
    const isKnown = pending.some(
      (one) => one.attempt === attempt && one.limit === limit && one.workaround === workaround,
    );
    if (isKnown || pending.length >= MOST_OF_TASK) return;
    pending.push({ of: { model, kind: task.task.kind }, attempt, ...found });
    this.#pending.set(keyOf(task), pending);
  }

  /** An answer came of what was done, where it was judged at all; what another model is to do is known later. */
  #ended(task: TaskState, attempt: string, worked: boolean): readonly FoundLimit[] {
    const pending = this.#pending.get(keyOf(task));
    if (pending === undefined) return NOTHING;
    const isOver = (one: Pending): boolean =>
      one.attempt === attempt && one.workaround !== 'another-model';
    const left = pending.filter((one) => !isOver(one));
    if (left.length === 0) this.#pending.delete(keyOf(task));
    else this.#pending.set(keyOf(task), left);
    return pending.filter(isOver).map((one) => ({ ...one, worked }));
  }

  #over(task: TaskState, worked: boolean): readonly FoundLimit[] {
    const key = keyOf(task);
    const pending = this.#pending.get(key);
    if (pending === undefined) return NOTHING;
    this.#pending.delete(key);
    return pending.map((one) => ({ ...one, worked }));
  }
}

const NOTHING: readonly FoundLimit[] = [];

function keyOf({ run, task }: TaskState): string {
  return `${run}\n${task.key}`;
}
