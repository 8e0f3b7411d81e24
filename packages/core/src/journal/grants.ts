import type { OverseerEvent } from '../spec/event.ts';
import type { Json, JsonObject } from '../spec/json.ts';
import { type GivenGrant, type Grant, type GrantCaller, isFor, standingOf } from './grant.ts';

/** Grants that are over and remembered, so that who is denied is told why; the oldest go first. */
const OVER = 100;

/** What a caller wants and may not always do. */
export interface GrantWish {
  readonly tool: string;
  /** Whether the caller's role has the tool; any other takes a grant by its name. */
  readonly isListed: boolean;
  /** The permissions that role and model lack. */
  readonly missing: readonly string[];
}

/** A call under way that a grant gave leave for. */
interface OpenCall {
  readonly id: string;
  readonly run: string;
  readonly grants: readonly string[];
}

/** Whether leave was given for all that a tool needs, and by which grants. */
export type Cover =
  | { readonly kind: 'covered'; readonly grants: readonly string[] }
  /** `over`: the latest grant that would have done, and why it does not. */
  | {
      readonly kind: 'missing';
      readonly permissions: readonly string[];
      readonly over: string | undefined;
    };

/**
 * What was granted for a while: a fold that sees each event once and is kept with the index of the journal, so that a
 * grant holds over restarts, and is never used more often than it was given for. A clock that is set back neither revives
 * a grant nor makes it last longer: what was left of it is left of it still. Times are epoch ms.
 */
export class Grants {
  readonly #grants = new Map<string, Grant>();
  /** By attempt, of which each calls one tool at a time. */
  readonly #open: Map<string, OpenCall>;
  #latestAt: number;

  constructor(
    grants: Iterable<Grant> = [],
    open: Iterable<readonly [string, OpenCall]> = [],
    latestAt: number = Number.NEGATIVE_INFINITY,
  ) {
    for (const grant of grants) this.#grants.set(grant.id, grant);
    this.#open = new Map(open);
    this.#latestAt = latestAt;
  }

  /** Reads what `body` gave; no grants for anything else. */
  static from(body: Json | undefined): Grants {
    if (typeof body !== 'object' || body === null || !('latestAt' in body)) return new Grants();
    // Written by `body` and by nobody else.
    const { grants, open, latestAt } = body as unknown as Body;
    return new Grants(grants, open, latestAt);
  }

  /** What a snapshot holds of it; nothing where nothing was ever granted. */
  body(): JsonObject | null {
    if (this.isEmpty) return null;
    const body: Body = {
      grants: [...this.#grants.values()],
      open: [...this.#open],
      latestAt: this.#latestAt,
    };
    return body as unknown as JsonObject;
  }

  /** Whether nothing was granted that anybody remembers. */
  get isEmpty(): boolean {
    return this.#grants.size === 0;
  }

  /** Takes one event into account, in order. */
  take(event: OverseerEvent): void {
    if (event.type !== 'grant.given' && this.#grants.size === 0) return;
    if (event.at < this.#latestAt) this.#setBack(this.#latestAt - event.at);
    this.#latestAt = event.at;
    switch (event.type) {
      case 'grant.given':
        this.#grants.set(event.data.id, grantOf(event));
        this.#forgetOver(event.at);
        return;
      case 'grant.revoked':
        this.#change(event.data.id, { revokedAt: event.at });
        return;
      case 'tool.started':
        this.#use(event);
        return;
      case 'tool.finished':
      case 'attempt.ended':
        this.#open.delete(event.attempt ?? '');
        return;
      case 'run.finished':
        this.#endRun(event.run ?? '');
        return;
      default:
    }
  }

  /** Every grant that counts at `nowMs`, and the latest of those that are over, in the order in which they were given. */
  list(nowMs: number): readonly GivenGrant[] {
    const at = this.#moment(nowMs);
    return [...this.#grants.values()].map((grant) => ({
      ...grant,
      standing: standingOf(grant, at),
    }));
  }

  /** How many count at `nowMs`. */
  active(nowMs: number): number {
    return this.list(nowMs).filter(({ standing }) => standing === 'active').length;
  }

  /** Which grants give a caller leave for what a tool needs and they may not always do. `attempt` and `id` name the call. */
  cover(
    caller: GrantCaller,
    wish: GrantWish,
    call: { readonly attempt: string; readonly id: string },
    nowMs: number,
  ): Cover {
    const at = this.#moment(nowMs);
    const own = [...this.#grants.values()].filter(({ to }) => isFor(to, caller));
    const usable = own.filter((grant) => this.#isUsable(grant, call, at)).sort(fewestUsesLast);
    const whole = usable.find(({ tool }) => tool === wish.tool);
    if (whole !== undefined) return { kind: 'covered', grants: [whole.id] };
    const used = new Set<string>();
    const permissions = wish.missing.filter((missing) => {
      if (!wish.isListed) return true;
      const grant = usable.find(({ permission }) => permission === missing);
      if (grant !== undefined) used.add(grant.id);
      return grant === undefined;
    });
    if (permissions.length === 0 && wish.isListed) return { kind: 'covered', grants: [...used] };
    const over = own.findLast(
      ({ tool, permission }) => tool === wish.tool || permissions.includes(permission ?? ''),
    );
    return { kind: 'missing', permissions, over: over && whyOver(over, at) };
  }

  /** What a caller was given leave for at `nowMs`: tools by name, and permissions. */
  given(
    caller: GrantCaller,
    nowMs: number,
  ): { readonly tools: ReadonlySet<string>; readonly permissions: readonly string[] } {
    const at = this.#moment(nowMs);
    const own = [...this.#grants.values()].filter(
      (grant) => isFor(grant.to, caller) && standingOf(grant, at) === 'active',
    );
    return {
      tools: new Set(own.flatMap(({ tool }) => tool ?? [])),
      permissions: own.flatMap(({ permission }) => permission ?? []),
    };
  }

  /** Whether a tool was ever granted to a caller by its name, as far as anybody remembers. */
  knows(caller: GrantCaller, name: string): boolean {
    return [...this.#grants.values()].some(({ tool, to }) => tool === name && isFor(to, caller));
  }

  /** A clock that was set back is not believed until an event has told by how much. */
  #moment(nowMs: number): number {
    return Math.max(nowMs, this.#latestAt);
  }

  /** The repetition of a call that was cut off needs no further use. */
  #isUsable(
    grant: Grant,
    { attempt, id }: { readonly attempt: string; readonly id: string },
    at: number,
  ): boolean {
    const standing = standingOf(grant, at);
    if (standing !== 'used-up') return standing === 'active';
    const open = this.#open.get(attempt);
    return open?.id === id && open.grants.includes(grant.id);
  }

  #use(event: OverseerEvent<'tool.started'>): void {
    const { id, grants } = event.data;
    if (grants === undefined || grants.length === 0) return;
    const attempt = event.attempt ?? '';
    const isRepeated = this.#open.get(attempt)?.id === id;
    this.#open.set(attempt, { id, run: event.run ?? '', grants });
    if (isRepeated) return;
    for (const grant of grants) {
      this.#change(grant, { used: (this.#grants.get(grant)?.used ?? 0) + 1 });
    }
  }

  #endRun(run: string): void {
    for (const [attempt, open] of this.#open) if (open.run === run) this.#open.delete(attempt);
    for (const { id, to } of this.#grants.values()) if (to.run === run) this.#grants.delete(id);
  }

  #change(id: string, change: Partial<Grant>): void {
    const grant = this.#grants.get(id);
    if (grant !== undefined) this.#grants.set(id, { ...grant, ...change });
  }

  #setBack(byMs: number): void {
    for (const { id, untilAt } of this.#grants.values()) {
      // What was over stays over: its end lies before the moment at which the clock was set back.
      if (untilAt !== undefined) this.#change(id, { untilAt: untilAt - byMs });
    }
  }

  #forgetOver(at: number): void {
    const over = [...this.#grants.values()].filter((grant) => standingOf(grant, at) !== 'active');
    for (const { id } of over.slice(0, -OVER)) this.#grants.delete(id);
  }
}

interface Body {
  readonly grants: readonly Grant[];
  readonly open: readonly (readonly [string, OpenCall])[];
  readonly latestAt: number;
}

function grantOf({ at, actor, data }: OverseerEvent<'grant.given'>): Grant {
  return { ...data, by: actor, givenAt: at, used: 0 };
}

/** What can be used up is spared as long as something else does. */
function fewestUsesLast(a: Grant, b: Grant): number {
  return Number(a.uses !== undefined) - Number(b.uses !== undefined);
}

function whyOver(grant: Grant, at: number): string | undefined {
  switch (standingOf(grant, at)) {
    case 'active':
      return undefined;
    case 'expired':
      return 'the grant for it has expired';
    case 'revoked':
      return 'the grant for it was revoked';
    case 'used-up':
      return `the grant for it was good for ${grant.uses === 1 ? '1 call' : `${grant.uses} calls`}, and is used up`;
  }
}
