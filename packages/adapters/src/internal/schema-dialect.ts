/** What one provider takes of JSON Schema. */
export interface SchemaDialect {
  /** As its sentences name it. */
  readonly name: string;
  /** The keywords that are sent. */
  readonly keywords: ReadonlySet<string>;
  /** The values of `format` that are sent; the default is all of them. */
  readonly formats?: ReadonlySet<string>;
  /** Whether patterns stand for the whole text, and take neither anchors nor looking ahead. */
  readonly wholePatterns?: boolean;
  /** Whether every object must have a property that is required. */
  readonly needsRequired?: boolean;
  /** Whether nothing may stand beside a `$ref`. */
  readonly loneRefs?: boolean;
}
