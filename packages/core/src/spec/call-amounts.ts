/** What an amount of one limit was set aside for a call; `limit` names it (`coder-a: 5 calls / 20s`, `run budget: usd`). Money is in micro-dollars. */
export interface Hold {
  readonly limit: string;
  readonly amount: number;
  /** For a limit by sessions: when the session began that this call belongs to, epoch ms; absent where the call began it. */
  readonly openedAt?: number;
}

/** On whose behalf a run is made; limits and budgets can count by it. */
export interface Payer {
  readonly user?: string;
  readonly tenant?: string;
}

/** What a call is expected to use. */
export interface CallEstimate {
  readonly inputTokens: number;
  /** Those of the input that the provider read from its cache; absent before a call, and where there were none. */
  readonly cachedInputTokens?: number;
  readonly outputTokens: number;
  readonly microUsd: number;
}

/** Sums over calls; tokens that a provider did not report are not in them. Money is in micro-dollars. */
export interface UsageTotals {
  readonly calls: number;
  readonly failedCalls: number;
  /** Calls whose end nobody saw; they are charged at their estimate and may or may not have been billed. */
  readonly uncertainCalls: number;
  /** Calls that were not made, as an equal one was answered; no provider counts them. Absent in journals from before 'call.cached'. */
  readonly cachedCalls?: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly microUsd: number;
}
