/** One rule that every implementation of a contract must keep; any test runner can run it. */
export interface ConformanceRule {
  /** Says what holds; starts with the requirement's id. */
  readonly name: string;
  /** Rejects with what is wrong. */
  readonly check: () => Promise<void>;
}
