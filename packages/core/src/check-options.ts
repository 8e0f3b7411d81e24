import { ConfigError } from './errors/config-error.ts';
import { lintFramework } from './internal/framework/lint-framework.ts';
import { suggest } from './internal/nearest.ts';
import type { OverseerOptions } from './options.ts';
import type { PluginParts, Registries } from './spec/plugin.ts';

/** Everything that was registered, by the options and by plugins. */
export type Registered = { readonly [K in keyof Registries]-?: NonNullable<Registries[K]> };

/**
 * Checks the shape of what a host passed, which may come from JavaScript or a file. Throws `ConfigError`
 * `config.invalid` with one line a problem: where it is and what was expected.
 */
export async function checkOptions(
  options: unknown,
  of: 'createOverseer' | 'createCustodian' = 'createOverseer',
): Promise<void> {
  // The schema library costs more to load than the whole kernel, so it comes when it is needed.
  const { optionsSchema, custodianSchema } = await import('./options-schema.ts');
  const schema = of === 'createOverseer' ? optionsSchema : custodianSchema;
  const result = schema.safeParse(options);
  if (result.success) return;
  const problems = result.error.issues.map(
    ({ path, message }) => `  ${path.length === 0 ? 'options' : path.join('.')}: ${message}`,
  );
  throw new ConfigError(
    'config.invalid',
    `The options of ${of} are wrong:\n${problems.join('\n')}`,
  );
}

/** What every provider takes as the name of a tool: one that it does not take would have it refuse all requests that offer it. */
const TOOL_NAME = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;

/** Checks that every name that is used is one that exists, and that models can be told the names of tools. Throws `ConfigError` naming the nearest. */
export function checkNames(options: OverseerOptions, registered: Registered): void {
  const models = Object.keys(registered.models);
  const roles = Object.keys(registered.roles);
  known('the overseer', options.overseer, models, 'config.unknown-model');
  for (const [name, entry] of Object.entries(registered.models)) {
    if (entry.role !== undefined) {
      known(`the role of ${name}`, entry.role, roles, 'config.unknown-role');
    }
    for (const other of entry.fallback ?? []) {
      known(`the fallback of ${name}`, other, models, 'config.unknown-model');
    }
  }
  const tools = Object.keys(registered.tools);
  checkToolNames(tools);
  const frameworks = Object.keys(registered.frameworks);
  for (const [name, role] of Object.entries(registered.roles)) {
    for (const tool of role.tools ?? []) {
      known(`a tool of the role ${name}`, tool, tools, 'config.unknown-tool');
    }
    if (role.framework !== undefined) {
      known(
        `the framework of the role ${name}`,
        role.framework,
        frameworks,
        'config.unknown-framework',
      );
    }
  }
}

function checkToolNames(tools: readonly string[]): void {
  const unspeakable = tools.find((tool) => !TOOL_NAME.test(tool));
  if (unspeakable === undefined) return;
  throw new ConfigError(
    'config.invalid',
    `The name of the tool ${JSON.stringify(unspeakable.slice(0, 80))} is none that every provider takes: write a letter or _, then up to 63 letters, digits, _ and -.`,
  );
}

/** Checks that every framework is sound and passes its own tests. Throws `ConfigError` `config.framework`, one line a problem. */
export function checkFrameworks(registered: Registered): void {
  const problems = Object.entries(registered.frameworks).flatMap(([name, framework]) =>
    lintFramework(framework).map(({ at, message }) => `  ${name}, ${at}: ${message}`),
  );
  if (problems.length === 0) return;
  throw new ConfigError('config.framework', `A framework is faulty:\n${problems.join('\n')}`);
}

/** Puts the parts of plugins beside those of the options. Throws `ConfigError` where two have one name. */
export function mergeRegistries(base: Registered, plugin: string, parts: PluginParts): Registered {
  const merge = <T>(
    kind: string,
    mine: Readonly<Record<string, T>>,
    theirs: Readonly<Record<string, T>> = {},
  ) => {
    const twice = Object.keys(theirs).find((name) => name in mine);
    if (twice === undefined) return { ...mine, ...theirs };
    throw new ConfigError(
      'config.duplicate',
      `The plugin ${plugin} brings ${kind} ${JSON.stringify(twice)}, which is there already.`,
    );
  };
  return {
    models: merge('the model', base.models, parts.models),
    roles: merge('the role', base.roles, parts.roles),
    tools: merge('the tool', base.tools, parts.tools),
    validators: merge('the validator', base.validators, parts.validators),
    frameworks: merge('the framework', base.frameworks, parts.frameworks),
  };
}

function known(what: string, name: string, names: readonly string[], code: string): void {
  if (names.includes(name)) return;
  throw new ConfigError(
    code,
    `Unknown name for ${what}: ${JSON.stringify(name)}; ${suggest(name, names)}.`,
  );
}
