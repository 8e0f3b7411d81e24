import { ConfigError } from '../../errors/config-error.ts';
import type { Framework, FrameworkComponent } from '../../spec/index.ts';

/** Where the texts of components come from. */
export interface ComponentSources {
  readonly instruction: string;
  /** Facts about the project. */
  readonly context: string | undefined;
  /** Which model does the task, and why it can. */
  readonly model: string;
  /** The form of the result and its acceptance criteria. */
  readonly deliverable: string;
}

/** What one component holds: what the request itself said, then what its source knows. */
export interface ComponentValue {
  readonly component: FrameworkComponent;
  /** Found in the request. */
  readonly said: string;
  /** From the component's source or its default. */
  readonly known: string;
  /** Both. */
  readonly text: string;
}

/**
 * The value of every component, in the order of the definition. Words of the request come first; facts of the project
 * and acceptance criteria are added to them. The whole instruction goes to the first component of source `task`
 * (a required one where there is one), unless the request named its part. A default stands in for nothing at all.
 * Throws `ConfigError` `config.framework` when the framework's own `parse` throws.
 */
export function componentValues(
  framework: Framework,
  sources: ComponentSources,
): readonly ComponentValue[] {
  const parsed = parseRequest(framework, sources.instruction);
  const { components } = framework.definition;
  const ofTask = components.filter((component) => component.source === 'task');
  const main = ofTask.find((component) => component.required) ?? ofTask[0];
  return components.map((component) => {
    const said = (parsed[component.id] ?? '').trim();
    const source = fromSource(component, said, component === main, sources).trim();
    const known = said === '' && source === '' ? (component.default ?? '').trim() : source;
    const text = said !== '' && known !== '' ? `${said}\n\n${known}` : said + known;
    return { component, said, known, text };
  });
}

function fromSource(
  component: FrameworkComponent,
  said: string,
  isMain: boolean,
  sources: ComponentSources,
): string {
  switch (component.source) {
    case 'task':
      return isMain && said === '' ? sources.instruction : '';
    case 'context':
      return sources.context ?? '';
    case 'model':
      return sources.model;
    case 'deliverable':
      return sources.deliverable;
    case 'fixed':
      return '';
  }
}

function parseRequest(framework: Framework, request: string): Readonly<Record<string, string>> {
  if (framework.parse === undefined) return {};
  try {
    return framework.parse(request);
  } catch (cause) {
    throw faulty(framework, cause);
  }
}

function faulty(framework: Framework, cause: unknown): ConfigError {
  const name = JSON.stringify(framework.definition.id);
  const message = `The framework ${name} failed to read a request; correct its parse function.`;
  return new ConfigError('config.framework', message, { cause });
}
