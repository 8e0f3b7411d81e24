import type { Guarded } from '../limit/breaker-keys.ts';
import type { LearnedLimits } from '../limit/learned-limits.ts';
import type { ModelLimits } from '../limit/model-limits.ts';
import type { Model, Price } from '../spec/model.ts';
import type { ModelEntry } from '../spec/plugin.ts';
import type { TaskKind } from '../spec/task.ts';
import type { ToolPermission } from '../spec/tool.ts';

/** One model of the team with all that routing needs to know of it. */
export interface Member {
  readonly name: string;
  readonly model: Model;
  /** What the model is, `provider/id`: its outcomes belong to it under whatever name a team has it. */
  readonly version: string;
  /** The role it was given; `undefined` where it was given none. */
  readonly role: string | undefined;
  readonly goodAt: readonly TaskKind[];
  readonly fallback: readonly string[];
  readonly price: Price | undefined;
  readonly grants: readonly ToolPermission[];
  /** A first token later than this many ms counts as bad; `undefined` for never. */
  readonly slowMs: number | undefined;
  /** Workers make its calls. */
  readonly remote?: boolean;
  readonly limits: ModelLimits;
  readonly learned: LearnedLimits;
  /** As the host has it; what this is made of. */
  readonly entry?: ModelEntry;
  /** Order of declaration. */
  readonly order: number;
}

/** The version of a member that calls this model. */
export function versionOf(model: Model): string {
  return `${model.info.provider}/${model.info.id}`;
}

/** What a call costs whatever is asked, in US dollars: what runs on the host's own machines costs nothing; of all others without a price nobody knows. */
export function fixedPrice({ price, model }: Pick<Member, 'price' | 'model'>): number | undefined {
  return price === undefined && model.info.local === true ? 0 : undefined;
}

/** What tells which breakers its calls pass. */
export function guardedOf({ name, model, slowMs, learned }: Member): Guarded {
  const learns = learned.atOnce < Number.POSITIVE_INFINITY;
  return { name, info: model.info, slowMs, learns };
}

/** The models by name, and which of them is the overseer. */
export interface Team {
  readonly overseer: string;
  readonly members: ReadonlyMap<string, Member>;
  /** Rises when models come, go or change; absent where none does. */
  readonly roster?: { readonly version: number };
}
