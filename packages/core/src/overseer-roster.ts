import { checkEntry, requireModel } from './check-entry.ts';
import {
  checkRemoval,
  type ModelChange,
  type RemoveOrder,
  requireChange,
} from './check-model-order.ts';
import { placeOf } from './create-limits.ts';
import { createMember, type MemberTerms, memberOf, termsOf } from './create-member.ts';
import { OverseerError } from './errors/overseer-error.ts';
import { modelTerms } from './model-terms.ts';
import { type CountTokensRequest, countTokens } from './overseer-counts.ts';
import type { OverseerGround } from './overseer-ground.ts';
import type { Member } from './route/member.ts';
import { checkOrder } from './run/check-order.ts';
import { moveModel } from './run/move-model.ts';
import { onlyOneFor } from './run/only-one-for.ts';
import { pastUseOf } from './run/past-use-of.ts';
import type { ModelListener } from './run/status-watch.ts';
import { type Order, orderedBy } from './run/work-scope.ts';
import type { BudgetSpec } from './spec/limit.ts';
import type { ListedModel, TokenCount } from './spec/model.ts';
import type { ModelEntry } from './spec/plugin.ts';

/** Who is in the team, while it works. Models are the host's: after a restart the options say who is in it. */
export interface OverseerRoster {
  /**
   * Takes a model into the team: it gets work from now on. Limits count what the journal says that a model of this name used.
   * Resolves once it is durable. Throws `ConfigError`: `config.invalid`, `config.duplicate`, `config.unknown-role`,
   * `config.unknown-model` (of a fallback), `config.limit`, `config.price`.
   */
  addModel(name: string, entry: ModelEntry, order?: Order): Promise<void>;

  /**
   * Takes a model out of the team. Tasks that wait for it go to others by the usual rules. Resolves once it is durable and, with
   * `move`, its calls are over. Throws `ConfigError` `config.unknown-model`, and `OverseerError` `team.overseer` for the
   * overseer, `team.last-model` where there are tasks that nobody else can do, naming them.
   */
  removeModel(name: string, order?: RemoveOrder): Promise<void>;

  /**
   * Changes what holds for a model: its role, limits, price, concurrency, fallback, and with another `model` its connection and
   * abilities. Limits keep what was used; calls under way end as they began. Resolves once it is durable. Throws as `addModel`.
   */
  reconfigureModel(name: string, change: ModelChange, order?: Order): Promise<void>;

  /**
   * Hears how every model stands, at once, and then of each change of its connection, work, readiness or their reason, within a
   * second. The returned function ends that.
   */
  onModel(listener: ModelListener): () => void;

  /**
   * Asks a model's server now whether it has it, and in which state; `undefined` where its adapter cannot ask. Throws `ConfigError`
   * `config.unknown-model`, `ModelNotFoundError` with the names that there are, and `ModelError`.
   */
  verifyModel(name: string): Promise<ListedModel | undefined>;

  /**
   * Has a local model in memory: does nothing where it is. Throws `ConfigError` `config.unknown-model`, `config.not-loadable`, and
   * `ModelError`.
   */
  loadModel(name: string, signal?: AbortSignal): Promise<void>;

  /**
   * The input tokens of a request to a model: by its tokenizer, its provider or its server where one of them counts, else by estimate
   * with its measured error. Equal requests are asked for once; what cannot be told within 5 s is estimated. Throws `ConfigError`
   * `config.unknown-model`, and `ModelError` where its signal aborts.
   */
  countTokens(request: CountTokensRequest): Promise<TokenCount>;

  /** Frees the memory of a local model; its next call loads it again. Throws as `loadModel`. */
  unloadModel(name: string, signal?: AbortSignal): Promise<void>;
}

/** Keeps the roster of one overseer. One order is carried out after the other. */
export function createRoster(ground: OverseerGround): OverseerRoster {
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
  return {
    addModel: (name, entry, order = {}) =>
      inTurn(async () => {
        checkOrder(order);
        await add(ground, name, entry, order);
      }),
    removeModel: (name, order = {}) =>
      inTurn(async () => {
        checkRemoval(order);
        await remove(ground, name, order);
      }),
    reconfigureModel: (name, change, order = {}) =>
      inTurn(async () => {
        checkOrder(order);
        await reconfigure(ground, name, change, order);
      }),
    onModel: (listener) => ground.open.kernel.status.add(listener),
    verifyModel: async (name) => {
      const { settings } = ground.open;
      return await settings.lists.look(requireModel(settings, name).model);
    },
    loadModel: (name, signal) => moveModel(ground.open, 'load', name, signal),
    countTokens: (request) => countTokens(ground, request),
    unloadModel: (name, signal) => moveModel(ground.open, 'unload', name, signal),
  };
}

async function add(
  { settings, open }: OverseerGround,
  name: string,
  entry: ModelEntry,
  order: Order,
): Promise<void> {
  await checkEntry(settings, name, entry, 'new', entry, budgetsOf(open));
  const terms = termsOf(name, entry);
  using past = await pastUseOf(open, name, terms.rules);
  open.kernel.closing.requireOpen();
  const { model } = entry;
  const durable = open.journal.append([
    {
      type: 'model.added',
      model: name,
      actor: orderedBy(order),
      data: {
        because: order.because ?? 'added',
        provider: model.info.provider,
        id: model.info.id,
        ...modelTerms(entry, terms),
      },
    },
  ]);
  settings.shared.place(name, placeOf(entry));
  const known = settings.roster.departed(name);
  const place = settings.roster.nextOrder;
  if (known === undefined) {
    const member = createMember(name, entry, place, settings.shared);
    member.limits.remember(past.ended());
    put(open, member);
  } else put(open, changed(known, entry, terms, past.ended(), place));
  await durable;
}

async function reconfigure(
  { settings, open }: OverseerGround,
  name: string,
  change: ModelChange,
  order: Order,
): Promise<void> {
  const before = requireModel(settings, name);
  requireChange(change);
  const entry = merged(before, change);
  await checkEntry(settings, name, entry, 'known', change, budgetsOf(open));
  const terms = termsOf(name, entry);
  using past = await pastUseOf(open, name, terms.rules);
  open.kernel.closing.requireOpen();
  const durable = open.journal.append([
    {
      type: 'model.reconfigured',
      model: name,
      actor: orderedBy(order),
      data: {
        because: order.because ?? 'reconfigured',
        changed: Object.keys(change),
        ...modelTerms(entry, terms),
      },
    },
  ]);
  settings.shared.place(name, placeOf(entry));
  put(open, changed(before, entry, terms, past.ended(), before.order));
  await durable;
}

async function remove(
  { settings, open }: OverseerGround,
  name: string,
  { calls = 'finish', force = false, ...order }: RemoveOrder,
): Promise<void> {
  requireModel(settings, name);
  const { kernel, journal, projection } = open;
  kernel.closing.requireOpen();
  if (name === settings.overseer) {
    throw new OverseerError(
      'team.overseer',
      `${name} is the overseer, who plans and judges: name another one first, with setOverseer().`,
    );
  }
  const tasks = onlyOneFor({ settings, projection }, name);
  if (tasks.length > 0 && !force) throw lastModel(name, tasks);
  const because = order.because ?? 'removed';
  const lastFor = tasks.length === 0 ? {} : { lastFor: tasks };
  const actor = orderedBy(order);
  const data = { because, calls, ...lastFor };
  const durable = journal.append([{ type: 'model.removed', model: name, actor, data }]);
  settings.roster.remove(name);
  projection.remove(name);
  kernel.wake();
  if (calls === 'move') await kernel.orders.moveOff(name, `${name} left the team: ${because}`);
  await durable;
}

/** The budgets of runs that go on, whose dollars have to be counted for every model. */
function budgetsOf({ projection }: OverseerGround['open']): readonly (BudgetSpec | undefined)[] {
  return [...projection.runs.values()].map(({ budget }) => budget);
}

function put({ settings, projection, kernel }: OverseerGround['open'], member: Member): void {
  settings.roster.put(member);
  projection.put(member);
  kernel.wake();
}

function changed(
  before: Member,
  entry: ModelEntry,
  { rules, max, learned: fresh, price }: MemberTerms,
  past: Parameters<Member['limits']['change']>[3],
  order: number,
): Member {
  // What was learned of calls at once holds as long as that is not what was changed.
  const isSame = JSON.stringify(before.entry?.concurrency) === JSON.stringify(entry.concurrency);
  const learned = isSame ? before.learned : fresh;
  before.limits.change(rules, max, learned, past);
  before.limits.setKeys(entry.model.info.keyNames ?? []);
  return memberOf(before.name, entry, { price, learned, limits: before.limits, order });
}

function merged(before: Member, change: ModelChange): ModelEntry {
  const { model } = before;
  const all = { ...(before.entry ?? { model }), ...change };
  const said = Object.entries(all).filter(([, value]) => value !== undefined);
  return { model, ...Object.fromEntries(said) };
}

function lastModel(name: string, tasks: readonly string[]): OverseerError {
  const shown = tasks.slice(0, 10).join(', ');
  const more = tasks.length > 10 ? ` and ${tasks.length - 10} more` : '';
  return new OverseerError(
    'team.last-model',
    `Nobody but ${name} can do ${shown}${more}: add a model that can, give these tasks to another, or take ${name} out with force, and they fail.`,
  );
}
