import { ConfigError } from '../errors/config-error.ts';
import { suggest } from '../internal/nearest.ts';
import type { Json } from '../spec/json.ts';
import type { PlanTask } from '../spec/task.ts';
import type { ValidationTier, Validator } from '../spec/validator.ts';

/** One check of a task's chain. */
export interface ChainLink {
  readonly name: string;
  readonly validator: Validator;
  readonly value: Json | undefined;
}

const TIER_ORDER: Readonly<Record<ValidationTier, number>> = {
  automated: 0,
  tool: 1,
  peer: 2,
  overseer: 3,
  person: 4,
};

/**
 * The checks that an answer must pass, cheapest tier first: a non-empty answer, then the task's own.
 * Throws `ConfigError` `plan.unknown-check` for a check that no validator makes.
 */
export function chainFor(
  task: PlanTask,
  validators: ReadonlyMap<string, Validator>,
): readonly ChainLink[] {
  const links = requiredChecks(task).map((check): ChainLink => {
    const validator = validators.get(check.kind);
    if (validator === undefined) {
      throw new ConfigError(
        'plan.unknown-check',
        `Task ${task.key} asks for the check ${JSON.stringify(check.kind)}: ${suggest(check.kind, [...validators.keys()])}.`,
      );
    }
    return { name: check.kind, validator, value: check.value };
  });
  return links.sort((a, b) => TIER_ORDER[a.validator.tier] - TIER_ORDER[b.validator.tier]);
}

/** The chains of a team's tasks; those of tasks without checks of their own are made once a kind. */
export class Chains {
  readonly #validators: ReadonlyMap<string, Validator>;
  readonly #plain = new Map<string, readonly ChainLink[]>();

  constructor(validators: ReadonlyMap<string, Validator>) {
    this.#validators = validators;
  }

  /** The chain of a task. Throws as `chainFor` does. */
  of(task: PlanTask): readonly ChainLink[] {
    if (task.checks.length > 0) return chainFor(task, this.#validators);
    let chain = this.#plain.get(task.kind);
    if (chain === undefined) {
      chain = chainFor(task, this.#validators);
      if (this.#plain.size < 256) this.#plain.set(task.kind, chain);
    }
    return chain;
  }
}

function requiredChecks(task: PlanTask): PlanTask['checks'] {
  if (task.kind === 'plan') {
    const hasOwn = task.checks.some(({ kind }) => kind === 'plan' || kind === 'patch');
    return hasOwn ? task.checks : [{ kind: 'plan' }, ...task.checks];
  }
  if (task.kind === 'check') return task.checks;
  return [{ kind: 'answer' }, ...task.checks];
}
