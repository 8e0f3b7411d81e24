/** What an examination of a store found of one matter. */
export interface Finding {
  /** A few words, the same in every version. */
  readonly name: string;
  /** `poor` works, and promises less than it could; `bad` loses something or does not work. */
  readonly state: 'good' | 'poor' | 'bad';
  /** What was found. */
  readonly found: string;
  /** It is not there yet, and would be made by the first who works. */
  readonly isMissing?: true;
  /** What to do about it. */
  readonly advice?: string;
}
