import type { GivenGrant } from './journal/grant.ts';
import type { OverseerGround } from './overseer-ground.ts';
import { checkOrder } from './run/check-order.ts';
import { eraseRun } from './run/erase-run.ts';
import { type GrantInput, grantGiven, grantRevoked } from './run/grant-orders.ts';
import { overseerChanged } from './run/overseer-changed.ts';
import { type ErasedPerson, erasePerson } from './run/personal-data.ts';
import { createPracticeDesk, type PracticeOrders } from './run/practice-desk.ts';
import type { Order } from './run/work-scope.ts';

/** What is decided about the team and its record, by a person or a host: each decision is an event, durable once it resolves. */
export interface OverseerDecisions extends PracticeOrders {
  /**
   * Gives leave for a while: of a tool, or of a permission, to whoever fits `to`. Resolves once it is durable. Throws
   * `ConfigError`: `config.grant` for one that is malformed, endless or over already, `config.unknown-tool`,
   * `config.unknown-role`, `config.unknown-model`; and `OverseerError` `run.unknown`, `task.unknown`, `scope.invalid`.
   */
  grant(grant: GrantInput, order?: Order): Promise<GivenGrant>;

  /**
   * Takes a grant back: calls under way end, and none begins under it any more. Does nothing for one that is over. Throws
   * `OverseerError` `grant.unknown`.
   */
  revoke(grant: string, order?: Order): Promise<void>;

  /** The model of the team that plans and judges now. */
  readonly overseerModel: string;

  /**
   * Has another model of the team plan and judge from now on, over restarts too, until the options name another overseer; what is
   * under way goes on with the one before. Resolves once it is durable. Throws `ConfigError` `config.unknown-model`.
   */
  setOverseer(model: string, order?: Order): Promise<void>;

  /**
   * Makes what a finished run said unreadable for good, and records who wanted it and why. The run's events stay in their
   * places and say that they were erased, so the journal still proves itself; budgets keep what it spent. Runs below it, and
   * what other runs took over from it, are not touched. Does nothing for one that was erased. Throws `OverseerError`
   * `run.unknown` and `run.unfinished`, and `StoreError` `store.unsealed` where the store cannot forget.
   */
  erase(run: string, order?: Order): Promise<void>;

  /**
   * Erases all runs of a person, those below them included, as `erase` does each, and nothing where one of them is not finished. Done
   * again it erases what came since. Throws `OverseerError` `run.unfinished`, and `StoreError` `store.unsealed`.
   */
  eraseUser(user: string, order?: Order): Promise<ErasedPerson>;
}

/** Records decisions for one overseer. */
export function createDecisions(ground: OverseerGround): OverseerDecisions {
  const { settings } = ground;
  const desk = createPracticeDesk(ground);
  return {
    ...desk,
    grant: async (grant, order = {}) => {
      checkOrder(order);
      const { journal, projection } = ground.open;
      const { draft, given } = grantGiven(settings, projection, grant, order);
      await journal.append([draft]);
      return given;
    },
    revoke: async (grant, order = {}) => {
      checkOrder(order);
      const { journal, projection } = ground.open;
      const draft = grantRevoked(settings, projection, grant, order);
      if (draft !== undefined) await journal.append([draft]);
    },
    get overseerModel() {
      return settings.overseer;
    },
    setOverseer: async (model, order = {}) => {
      checkOrder(order);
      const { kernel, journal, configured } = ground.open;
      await journal.append([overseerChanged(settings, configured, model, order)]);
      kernel.wake();
    },
    erase: async (run, order = {}) => {
      await eraseRun(settings, ground.open, run, order);
    },
    eraseUser: async (user, order = {}) => await erasePerson(settings, ground.open, user, order),
  };
}
