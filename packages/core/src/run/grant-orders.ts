import { ConfigError } from '../errors/config-error.ts';
import { OverseerError } from '../errors/overseer-error.ts';
import { defined } from '../internal/defined.ts';
import { suggest } from '../internal/nearest.ts';
import { requireKnown } from '../internal/require-known.ts';
import type { EventDraft } from '../journal/draft.ts';
import type { GivenGrant } from '../journal/grant.ts';
import type { RunState } from '../journal/run-state.ts';
import type { EventData } from '../spec/event.ts';
import type { ToolPermission } from '../spec/tool.ts';
import type { GrantScope } from '../spec/tool-caller.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';
import { type Order, orderedBy, resolveScope } from './work-scope.ts';

/** Leave for a while, as a host asks for it. It ends by its time, by its uses or with its run; at least one must be said. */
export interface GrantInput {
  /** One tool, with all that it needs; the role need not have it. Either this or `permission`. */
  readonly tool?: string;
  /** One permission, for those tools that a role has and may not use without. */
  readonly permission?: ToolPermission;
  /** Whoever fits all that is named; at least one must be. */
  readonly to: GrantScope;
  /** When it ends, epoch ms. Either this or `forMs`. */
  readonly until?: number;
  /** How long it lasts, in ms. */
  readonly forMs?: number;
  /** How many calls it is good for. */
  readonly uses?: number;
}

const FIELDS: Readonly<Record<keyof GrantInput, true>> = {
  tool: true,
  permission: true,
  to: true,
  until: true,
  forMs: true,
  uses: true,
};

const SCOPE_FIELDS: Readonly<Record<keyof GrantScope, true>> = {
  role: true,
  model: true,
  run: true,
  task: true,
};

/** Grants that can count at once. */
const MOST = 1_000;

/**
 * The event of a grant, and the grant. Throws `ConfigError`: `config.grant` for one that is malformed, has a field that
 * nobody heeds, is endless or over already, `config.unknown-tool`, `config.unknown-role` and `config.unknown-model`; and
 * `OverseerError` `run.unknown`, `task.unknown` and `scope.invalid`.
 */
export function grantGiven(
  settings: Settings,
  { grants, runs }: Pick<Projection, 'grants' | 'runs'>,
  input: GrantInput,
  order: Order,
): { readonly draft: EventDraft<'grant.given'>; readonly given: GivenGrant } {
  const nowMs = settings.clock.now();
  const { uses, to } = input;
  checkFields(input);
  checkWhat(settings, input);
  checkWhom(settings, runs, to);
  const untilAt = endOf(input, nowMs);
  if (uses !== undefined && !(Number.isSafeInteger(uses) && uses > 0)) {
    throw wrong(`"uses" is a whole number from 1 on, and this is ${uses}`);
  }
  if (untilAt === undefined && uses === undefined && to.run === undefined) {
    throw wrong(
      'it would never end; say "until", "forMs" or "uses", give it to a run, or put what is for always into the grants of a role or model',
    );
  }
  if (grants.active(nowMs) >= MOST) {
    throw wrong(`${MOST} grants count already, and no more can at once; revoke some`);
  }
  const data: EventData['grant.given'] = defined({
    id: settings.ids(),
    tool: input.tool,
    permission: input.permission,
    to: defined(to),
    untilAt,
    uses,
    because: order.because,
  });
  const by = orderedBy(order);
  return {
    draft: {
      type: 'grant.given',
      actor: by,
      ...defined({ run: to.run, task: to.task }),
      data,
    },
    given: { ...data, by, givenAt: nowMs, used: 0, standing: 'active' },
  };
}

/** The event that takes a grant back; `undefined` for one that is over. Throws `OverseerError` `grant.unknown`. */
export function grantRevoked(
  { clock }: Settings,
  { grants }: Pick<Projection, 'grants'>,
  id: string,
  order: Order,
): EventDraft<'grant.revoked'> | undefined {
  const grant = grants.list(clock.now()).find((one) => one.id === id);
  if (grant === undefined) {
    throw new OverseerError(
      'grant.unknown',
      `There is no grant ${JSON.stringify(id)} any more; grants() lists those that count.`,
    );
  }
  if (grant.standing === 'revoked' || grant.standing === 'expired') return undefined;
  const { because } = order;
  return {
    type: 'grant.revoked',
    actor: orderedBy(order),
    ...(grant.to.run === undefined ? {} : { run: grant.to.run }),
    data: { id, ...(because === undefined ? {} : { because }) },
  };
}

/** What nobody heeds would be taken for a bound by whoever wrote it. */
function checkFields(input: GrantInput): void {
  for (const field of Object.keys(input)) {
    requireKnown('field of a grant', field, Object.keys(FIELDS), 'config.grant');
  }
  for (const [field, name] of Object.entries(input.to)) {
    requireKnown('field of "to" in a grant', field, Object.keys(SCOPE_FIELDS), 'config.grant');
    // Left out it would be a grant for more than was meant.
    if (typeof name !== 'string') throw wrong(`${field} in "to" is ${String(name)}, and no name`);
  }
}

function checkWhat({ tools }: Settings, { tool, permission }: GrantInput): void {
  if ((tool === undefined) === (permission === undefined)) {
    throw wrong('it is for one tool or for one permission; name either');
  }
  if (tool !== undefined) {
    requireKnown('tool in a grant', tool, [...tools.keys()], 'config.unknown-tool');
    return;
  }
  const needed = [...new Set([...tools.values()].flatMap(({ permissions }) => permissions))];
  if (permission !== undefined && !needed.includes(permission)) {
    throw wrong(`no tool needs ${JSON.stringify(permission)}; ${suggest(permission, needed)}`);
  }
}

function checkWhom(
  { roles, members }: Settings,
  runs: ReadonlyMap<string, RunState>,
  { role, model, run, task }: GrantScope,
): void {
  if ((role ?? model ?? run ?? task) === undefined) {
    throw wrong('it is for nobody; name a role, a model, a run or a task of one in "to"');
  }
  if (role !== undefined) requireKnown('role in a grant', role, roles.names, 'config.unknown-role');
  if (model !== undefined)
    requireKnown('model in a grant', model, [...members.keys()], 'config.unknown-model');
  resolveScope(runs, defined({ run, task }));
}

function endOf({ until, forMs }: GrantInput, nowMs: number): number | undefined {
  if (until !== undefined && forMs !== undefined) {
    throw wrong('it ends at "until" or after "forMs"; say one of them');
  }
  if (forMs !== undefined && !(Number.isFinite(forMs) && forMs > 0)) {
    throw wrong(`"forMs" is a time in ms above 0, and this is ${forMs}`);
  }
  if (until !== undefined && !(Number.isFinite(until) && until > nowMs)) {
    throw wrong(`"until" is a moment to come, in ms since 1970, and this is ${until}`);
  }
  return forMs === undefined ? until : nowMs + forMs;
}

function wrong(problem: string): ConfigError {
  return new ConfigError('config.grant', `The grant is wrong: ${problem}.`);
}
