/** The version of this library; the same as in `package.json`. */
export const version = '0.1.0';

export { formatCsvLine, parseCsvLine } from './csv.ts';
export { dedent } from './dedent.ts';
export { countGraphemes, splitGraphemes } from './graphemes.ts';
export type {
  CsvOptions,
  SlugifyOptions,
  TemplateOptions,
  TemplateValues,
  TruncateOptions,
  WrapOptions,
} from './options.ts';
export { pluralize } from './pluralize.ts';
export { levenshtein, similarity } from './similarity.ts';
export { slugify } from './slugify.ts';
export { fillTemplate } from './template.ts';
export { titleCase } from './title-case.ts';
export { truncate } from './truncate.ts';
export { wrap } from './wrap.ts';
