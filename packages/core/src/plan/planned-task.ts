/** One task as a model writes it. */
export interface PlannedTask {
  readonly key: string;
  readonly title: string;
  readonly instruction: string;
  readonly kind: string;
  readonly needs: readonly string[];
  readonly files: readonly string[];
  readonly role: string | null;
  readonly priority: 'critical' | 'high' | 'medium' | 'low';
  /** Epoch ms; models are not asked for it, and may say it. */
  readonly deadlineAt?: number | undefined;
  readonly checks: readonly { readonly kind: string; readonly value: string | null }[];
  /** Only in plans that may have ensembles. */
  readonly ensemble?: { readonly kind: 'best-of' | 'vote' | 'merge'; readonly of: number } | null;
}
