/** What one provider takes of JSON Schema. */
export interface SchemaDialect {
  /** As its sentences name it. */
  readonly name: string;
  /** The keywords that are sent. */
  readonly keywords: Pick<ReadonlySet<string>, 'has'>;
  /** The values of `format` that are sent; the default is all of them. */
  readonly formats?: ReadonlySet<string>;
  /** Whether `enum` may hold what is neither text nor number. */
  readonly anyEnum?: boolean;
  /** Whether patterns stand for the whole text, and take neither anchors nor looking ahead. */
  readonly wholePatterns?: boolean;
  /** Whether patterns must have both anchors, and take no looking ahead. */
  readonly anchoredPatterns?: boolean;
  /** The most that `minItems` may be. */
  readonly mostMinItems?: number;
  /** Whether every object must have a property that is required. */
  readonly needsRequired?: boolean;
  /** Whether every object must say that it has no other properties. */
  readonly closed?: boolean;
  /** Whether nothing may stand beside a `$ref`. */
  readonly loneRefs?: boolean;
  /** When this was read, as `yyyy-mm-dd`, and where. */
  readonly asOf: string;
  readonly source: string;
}
