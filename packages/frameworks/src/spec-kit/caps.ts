/** What one document may hold; beyond it, the reader says so (TG108) and does not slow down. */
export const caps: {
  readonly fileCharacters: number;
  readonly lineCharacters: number;
  readonly labels: number;
  readonly tasks: number;
  readonly idsInRange: number;
  /** Ids of one task's dependencies. */
  readonly idsStated: number;
} = {
  fileCharacters: 4 * 1024 * 1024,
  lineCharacters: 16 * 1024,
  labels: 16,
  tasks: 20_000,
  idsInRange: 200,
  idsStated: 250,
};
