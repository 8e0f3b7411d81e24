import type { TemplateOptions } from './options.ts';

const placeholder = /\\?\{\{[ \t]*([\w-]+(?:\.[\w-]+)*)[ \t]*\}\}/g;

export function fillTemplate(template: string, values: any, options: TemplateOptions = {}): string {
  const { missing = 'throw' } = options;
  return template.replace(placeholder, (whole: string, name: string) => {
    if (whole.startsWith('\\')) return whole.slice(1);
    const value = find(values, name.split('.'));
    if (value !== undefined) return String(value);
    if (missing === 'throw') throw new RangeError(`The template's {{${name}}} has no value.`);
    return missing === 'keep' ? whole : '';
  });
}

function find(values: any, path: readonly string[]): any {
  let value = values;
  for (const name of path) {
    if (typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined;
    value = value[name];
  }
  return typeof value === 'object' ? undefined : value;
}
