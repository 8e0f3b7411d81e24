/** What is needed of a response's headers; `Headers` has this shape. Names are lower case. */
export interface HeaderReader {
  /** The value, or `null` where the header is absent. */
  get(name: string): string | null;
}
