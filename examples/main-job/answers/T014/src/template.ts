import type { TemplateOptions, TemplateValues } from './options.ts';

const placeholder = /\\?\{\{[ \t]*([\w-]+(?:\.[\w-]+)*)[ \t]*\}\}/g;

/**
 * Fills `{{name}}` and `{{group.name}}` with values. A value is put in as it is and never read again; only own
 * properties count; a backslash before a placeholder keeps it, without the backslash.
 * Throws `RangeError` naming the placeholder that has no value, unless `missing` says otherwise.
 */
export function fillTemplate(
  template: string,
  values: TemplateValues,
  options: TemplateOptions = {},
): string {
  const { missing = 'throw' } = options;
  return template.replace(placeholder, (whole: string, name: string) => {
    if (whole.startsWith('\\')) return whole.slice(1);
    const value = find(values, name.split('.'));
    if (value !== undefined) return String(value);
    if (missing === 'throw') throw new RangeError(`The template's {{${name}}} has no value.`);
    return missing === 'keep' ? whole : '';
  });
}

function find(
  values: TemplateValues,
  path: readonly string[],
): string | number | boolean | undefined {
  let value: TemplateValues[string] | undefined = values;
  for (const name of path) {
    if (typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return typeof value === 'object' ? undefined : value;
}
