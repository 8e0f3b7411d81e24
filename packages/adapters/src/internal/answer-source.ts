import type { HeaderReader } from '@overseer/core/plugin';

/** Whose answer is read: what its errors tell. */
export interface AnswerSource {
  /** The model, for people. */
  readonly where: string;
  /** Under whose name parts carry what is its own; missing where they carry nothing. */
  readonly provider?: string;
  /** Those that the answer came with. */
  readonly headers: HeaderReader;
}
