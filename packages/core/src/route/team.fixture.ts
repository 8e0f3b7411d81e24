import { LearnedLimits } from '../limit/learned-limits.ts';
import type { Admission } from '../limit/model-limits.ts';
import { ModelLimits } from '../limit/model-limits.ts';
import type { Model } from '../spec/model.ts';
import { type Member, type Team, versionOf } from './member.ts';

/** What a test says of a member; the name is its own, the order that of the list. */
export type SomeMember = { readonly name: string } & Partial<Member> & {
    readonly tools?: boolean;
    readonly running?: number;
    readonly admission?: Admission;
  };

/** A team of models that are never called. */
export function teamOf(overseer: string, members: readonly SomeMember[]): Team {
  const named = members.map((some, order) => [some.name, memberOf(some, order)] as const);
  return { overseer, members: new Map(named) };
}

/** One member, whose limits answer what the test says. */
export function memberOf(some: SomeMember, order: number): Member {
  const { tools = true, running = 0, admission = { kind: 'run', holds: [] }, ...rest } = some;
  const model = some.model ?? modelOf(some.name, tools);
  return {
    model,
    version: versionOf(model),
    role: 'worker',
    goodAt: [],
    fallback: [],
    price: undefined,
    grants: [],
    slowMs: undefined,
    learned: new LearnedLimits(some.name, undefined),
    limits: new FixedLimits(some.name, running, admission),
    order,
    ...rest,
  };
}

/** Limits that are as a test says. */
class FixedLimits extends ModelLimits {
  readonly #running: number;
  readonly #admission: Admission;

  constructor(name: string, running: number, admission: Admission) {
    super(name, [], 1);
    this.#running = running;
    this.#admission = admission;
  }

  override get running(): number {
    return this.#running;
  }

  override admit(): Admission {
    return this.#admission;
  }

  override quickly(): Admission {
    return this.#admission;
  }
}

function modelOf(id: string, tools: boolean): Model {
  return {
    spec: 'model/1',
    info: {
      id,
      provider: 'fake',
      can: { tools, json: 'schema', reasoning: false, image: false },
    },
    stream: () => {
      throw new Error(`${id} was called`);
    },
  };
}
