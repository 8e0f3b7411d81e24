/** Options of `truncate`. */
export interface TruncateOptions {
  /** What stands for the text left out, and counts towards the limit; `…` where left out. */
  readonly ellipsis?: string;
  /** Where the text may be cut: anywhere between graphemes (the default), or behind a whole word. */
  readonly at?: 'grapheme' | 'word';
}

/** Options of `wrap`. */
export interface WrapOptions {
  /** What every line that is not empty starts with, and counts towards the width; nothing where left out. */
  readonly indent?: string;
}

/** Options of `slugify`. */
export interface SlugifyOptions {
  /** What stands between words; `-` where left out. */
  readonly separator?: string;
  /** The longest slug allowed, in graphemes; unlimited where left out. */
  readonly maxLength?: number;
}

/** Options of `formatCsvLine` and `parseCsvLine`. */
export interface CsvOptions {
  /** One character that stands between fields, other than a quote or a line break; `,` where left out. */
  readonly delimiter?: string;
}

/** What a template's placeholders may name; a dot in a name goes one level down. */
export interface TemplateValues {
  readonly [name: string]: string | number | boolean | TemplateValues;
}

/** Options of `fillTemplate`. */
export interface TemplateOptions {
  /** What becomes of a placeholder without a value: an error (the default), itself, or nothing. */
  readonly missing?: 'throw' | 'keep' | 'empty';
}
