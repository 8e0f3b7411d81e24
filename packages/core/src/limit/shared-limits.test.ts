import { describe, expect, it } from 'vitest';
import { seeded } from '../internal/seeded.ts';
import type { CallEstimate, Payer } from '../spec/call-amounts.ts';
import type { Limit } from '../spec/limit.ts';
import type { Claim } from './claim.ts';
import { ModelLimits } from './model-limits.ts';
import { normaliseLimit } from './parse-limit.ts';
import { SharedLimits, type SharedLimitsInput } from './shared-limits.ts';
import type { Chance } from './window.fixture.ts';

const MODELS = new Map([
  ['gpt', { provider: 'openai', key: 'work', keyNames: [] }],
  ['mini', { provider: 'openai', key: 'home', keyNames: [] }],
  ['claude', { provider: 'anthropic', key: 'work', keyNames: [] }],
]);

const rules = (...limits: Limit[]) => limits.map(normaliseLimit);
const use = (tokens: number): CallEstimate => ({
  inputTokens: tokens,
  outputTokens: 0,
  microUsd: 0,
});
const claimOf = (tokens: number, payer?: Payer): Claim => ({
  estimate: use(tokens),
  worst: use(tokens),
  ...(payer === undefined ? {} : { payer }),
});

class Team {
  readonly shared: SharedLimits;
  readonly models: ReadonlyMap<string, ModelLimits>;
  #calls = 0;

  constructor(
    input: Partial<SharedLimitsInput>,
    own: Readonly<Record<string, readonly Limit[]>> = {},
  ) {
    this.shared = new SharedLimits({
      scopes: [],
      pools: [],
      project: 'default',
      models: MODELS,
      ...input,
    });
    this.models = new Map(
      [...MODELS.keys()].map((name) => [
        name,
        new ModelLimits(name, rules(...(own[name] ?? [])), 1_000, undefined, this.shared),
      ]),
    );
  }

  of(name: string): ModelLimits {
    return this.models.get(name) ?? new ModelLimits(name, [], 1_000, undefined, this.shared);
  }

  /** Starts a call if all its limits admit it. */
  try(name: string, at: number, claim: Claim = claimOf(1)): string | undefined {
    if (this.of(name).admit(at, claim).kind !== 'run') return undefined;
    this.#calls += 1;
    this.of(name).start(`${this.#calls}`, at, claim);
    return `${this.#calls}`;
  }
}

const scope = (
  per: SharedLimitsInput['scopes'][number]['per'],
  of: string | undefined,
  ...limits: Limit[]
) => ({
  per,
  of,
  rules: rules(...limits),
});

describe('SharedLimits', () => {
  it('L1: models of one provider, and of one key, share its limits', () => {
    const team = new Team({
      scopes: [scope('provider', undefined, '2 calls / 1m'), scope('key', 'work', '2 calls / 1h')],
    });
    expect(team.try('gpt', 0)).toBeDefined();
    expect(team.try('mini', 0)).toBeDefined();
    expect(team.of('mini').admit(0, claimOf(1))).toMatchObject({
      kind: 'wait',
      untilAt: 60_000,
      why: 'provider openai: 2/2 calls, resets in 1 min',
    });
    expect(team.try('claude', 0)).toBeDefined();
    // The key is used up by calls of two providers.
    expect(team.of('claude').admit(60_000, claimOf(1))).toMatchObject({ untilAt: 3_600_000 });
    expect(team.try('mini', 60_000)).toBeDefined();
  });

  it('L1: each user and each tenant has limits of its own, and who names none has none', () => {
    const team = new Team({
      scopes: [scope('user', undefined, '1 call / 1h'), scope('tenant', 'acme', '2 calls / 1h')],
    });
    const ada = { user: 'ada', tenant: 'acme' };
    const bob = { user: 'bob', tenant: 'acme' };
    expect(team.try('gpt', 0, claimOf(1, ada))).toBeDefined();
    expect(team.try('claude', 0, claimOf(1, ada))).toBeUndefined();
    expect(team.try('claude', 0, claimOf(1, bob))).toBeDefined();
    expect(team.try('gpt', 0, claimOf(1, { tenant: 'acme' }))).toBeUndefined();
    expect(team.try('gpt', 0, claimOf(1, { user: 'eve', tenant: 'other' }))).toBeDefined();
    expect(team.try('gpt', 0)).toBeDefined();
    expect(team.shared.use(0).map(({ limit, held }) => [limit, held])).toEqual([
      ['user ada: 1 call / 1h', 1],
      ['tenant acme: 2 calls / 1h', 2],
      ['user bob: 1 call / 1h', 1],
      ['user eve: 1 call / 1h', 1],
    ]);
  });

  it('L1: limits for everything count calls of models that left the team', () => {
    const team = new Team({
      scopes: [scope('all', undefined, '2 calls / 1h'), scope('project', 'default', '3 at once')],
    });
    team.of('gone').start('old', 0, claimOf(1));
    expect(team.try('gpt', 0)).toBeDefined();
    expect(team.try('claude', 0)).toBeUndefined();
    expect(team.shared.use(0).at(-1)).toMatchObject({
      limit: 'project default: 3 at once',
      held: 2,
    });
  });

  it('L3: a pool is drawn on by its models, each by its weight', () => {
    const pool = {
      name: 'big',
      of: ['gpt', 'claude'],
      weights: { gpt: 3 },
      rules: rules('10 calls / 1m', '100 tokens / 1m'),
    };
    const team = new Team({ pools: [pool] });
    expect(team.try('gpt', 0, claimOf(20))).toBeDefined();
    expect(team.try('claude', 0, claimOf(20))).toBeDefined();
    expect(team.shared.use(0).map(({ held }) => held)).toEqual([4, 80]);
    expect(team.of('gpt').admit(0, claimOf(7))).toMatchObject({ kind: 'wait', untilAt: 60_000 });
    expect(team.of('claude').admit(0, claimOf(7)).kind).toBe('run');
    expect(team.of('gpt').admit(0, claimOf(34))).toMatchObject({
      kind: 'never',
      why: 'the call may use 102 tokens, more than 100 tokens / 1m of pool big ever allows; make the limit larger or soft, or answers shorter by maxOutputTokens',
    });
    expect(team.of('mini').admit(0, claimOf(1_000)).kind).toBe('run');
    team.of('gpt').settle('1', use(1));
    expect(team.shared.use(0).map(({ used, held }) => used + held)).toEqual([4, 23]);
  });

  it('L1: a call is admitted by all of its limits or charged to none, and holds name each', () => {
    const team = new Team(
      {
        scopes: [scope('all', undefined, '50 tokens / 1m', '2 at once')],
        pools: [
          { name: 'p', of: ['gpt'], weights: undefined, rules: rules('5 calls / 5h session') },
        ],
      },
      { gpt: ['100 tokens / 1h'] },
    );
    const first = team.of('gpt').admit(1_000, claimOf(40));
    expect(first).toMatchObject({ kind: 'run' });
    expect(first.kind === 'run' && first.holds).toEqual([
      { limit: 'gpt: 100 tokens / 1h', amount: 40 },
      { limit: 'gpt: 1000 at once', amount: 1 },
      { limit: 'pool p: 5 calls / 5h session', amount: 1 },
      { limit: 'all: 50 tokens / 1m', amount: 40 },
      { limit: 'all: 2 at once', amount: 1 },
    ]);
    expect(team.try('gpt', 1_000, claimOf(40))).toBeDefined();
    const before = JSON.stringify(team.shared.use(2_000));
    expect(team.of('gpt').admit(2_000, claimOf(20))).toMatchObject({
      kind: 'wait',
      untilAt: 61_000,
    });
    expect(JSON.stringify(team.shared.use(2_000))).toBe(before);
    const later = team.of('gpt').admit(2_000, claimOf(5));
    expect(later.kind === 'run' && later.holds[2]).toEqual({
      limit: 'pool p: 5 calls / 5h session',
      amount: 1,
      openedAt: 1_000,
    });
  });

  it('L1: a clock set back reaches what is shared, once for all models', () => {
    const team = new Team({ scopes: [scope('all', undefined, '3 calls / 1m')] });
    const calls = [
      team.try('gpt', 500_000),
      team.try('mini', 500_000),
      team.try('claude', 500_000),
    ];
    for (const limits of team.models.values()) limits.setBack(1_000);
    expect(team.of('gpt').admit(1_000, claimOf(1))).toMatchObject({
      kind: 'wait',
      untilAt: 61_000,
    });
    for (const [index, name] of [...MODELS.keys()].entries())
      team.of(name).release(calls[index] ?? '');
    expect(team.shared.use(1_000)[0]).toMatchObject({ used: 0, held: 0 });
  });

  it('L1: users of whom nothing counts any more are let go of', () => {
    const team = new Team({ scopes: [scope('user', undefined, '5 calls / 1s')] });
    for (let user = 0; user < 5_000; user++) {
      const claim = claimOf(1, { user: `u${user}` });
      const call = team.try('gpt', user * 10, claim);
      team.of('gpt').settle(call ?? '', use(1));
    }
    expect(team.shared.use(50_000).length).toBeLessThan(2_500);
    expect(team.shared.ledger.size).toBe(0);
  });

  it('L1 L3: with many limits of all kinds, the sum of holds is that of open calls, and none is exceeded', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const history = new History(seeded(seed));
      for (let step = 0; step < 400; step++) history.step();
      history.end();
    }
  });
});

/** Calls of chance on limits of all kinds, compared all along. */
class History {
  readonly #chance: Chance;
  readonly #team = new Team(
    {
      scopes: [
        scope('provider', undefined, '40 tokens / 1s', '6 at once'),
        scope('user', undefined, '9 calls / 2s session', '60 tokens / calendar hour'),
        scope('all', undefined, '30 calls / 1s, smooth burst 4'),
      ],
      pools: [
        { name: 'p', of: ['gpt', 'mini'], weights: { gpt: 2 }, rules: rules('20 calls / 3s') },
      ],
    },
    { gpt: ['12 calls / 1s'], claude: ['3 at once'] },
  );
  readonly #open: { readonly name: string; readonly call: string; readonly claim: Claim }[] = [];
  #now = Date.UTC(2026, 0, 1);

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  step(): void {
    this.#now += this.#below(60);
    const name = [...MODELS.keys()][this.#below(3)] ?? 'gpt';
    const claim = claimOf(1 + this.#below(9), { user: `u${this.#below(3)}` });
    this.#checkWait(name, claim);
    const call = this.#team.try(name, this.#now, claim);
    if (call !== undefined) this.#open.push({ name, call, claim });
    if (this.#open.length > 0 && this.#chance() < 0.5) this.#endOne();
    this.#compare();
  }

  end(): void {
    for (const { name, call } of this.#open) this.#team.of(name).release(call);
    expect(this.#team.shared.use(this.#now).every(({ held }) => held === 0)).toBe(true);
  }

  /** A wait ends at the exact earliest time; then only the end of a call can be missing. */
  #checkWait(name: string, claim: Claim): void {
    const limits = this.#team.of(name);
    const admission = limits.admit(this.#now, claim);
    if (admission.kind !== 'wait' || admission.untilAt === undefined) return;
    expect(limits.admit(admission.untilAt - 1, claim).kind).toBe('wait');
    const then = limits.admit(admission.untilAt, claim);
    const isFree = then.kind === 'run' || (then.kind === 'wait' && then.untilAt === undefined);
    expect(isFree).toBe(true);
  }

  #endOne(): void {
    const [ended] = this.#open.splice(this.#below(this.#open.length), 1);
    if (ended === undefined) return;
    const limits = this.#team.of(ended.name);
    if (this.#chance() < 0.3) limits.release(ended.call);
    else limits.settle(ended.call, use(this.#below(1 + ended.claim.worst.inputTokens)));
  }

  #compare(): void {
    expect(this.#team.shared.ledger.size).toBe(this.#open.length);
    for (const { limit, used, held, capacity } of this.#team.shared.use(this.#now)) {
      if (!limit.includes('smooth')) expect(used + held, limit).toBeLessThanOrEqual(capacity);
    }
    const running = [...this.#team.models.values()].reduce((sum, one) => sum + one.running, 0);
    expect(running).toBe(this.#open.length);
  }

  #below(bound: number): number {
    return Math.floor(this.#chance() * bound);
  }
}
