import { mergeRegistries, type Registered } from './check-options.ts';
import { ConfigError } from './errors/config-error.ts';
import type { OverseerOptions } from './options.ts';
import { builtinRoles } from './run/role-texts.ts';
import type { Plugin, PluginParts } from './spec/plugin.ts';

/** What options and plugins registered together, and what lets go of it. */
export interface PluginSetup {
  readonly registered: Registered;
  /** Lets go of every plugin, the last first, whichever of them throws; throws what the first of these threw. */
  readonly dispose: () => Promise<void>;
}

/**
 * Sets plugins up in their order. Throws `ConfigError` `config.plugin` naming a faulty one and `config.duplicate` for a
 * name that is taken, after letting go of all that was set up.
 */
export async function setUpPlugins(options: OverseerOptions): Promise<PluginSetup> {
  const disposers: (() => Promise<void> | void)[] = [];
  const dispose = () => disposeAll(disposers.splice(0).reverse());
  let registered: Registered = {
    models: options.models,
    roles: { ...builtinRoles, ...options.roles },
    tools: options.tools ?? {},
    validators: options.validators ?? {},
    frameworks: options.frameworks ?? {},
  };
  try {
    for (const plugin of options.plugins ?? []) {
      const parts = await setUpOne(plugin);
      if (parts.dispose !== undefined) disposers.push(() => parts.dispose?.());
      registered = mergeRegistries(registered, plugin.name, parts);
    }
  } catch (error) {
    // What went wrong first is what has to be mended.
    await dispose().catch(() => undefined);
    throw error;
  }
  return { registered, dispose };
}

async function disposeAll(disposers: readonly (() => Promise<void> | void)[]): Promise<void> {
  const problems: unknown[] = [];
  for (const disposer of disposers) {
    try {
      await disposer();
    } catch (error) {
      problems.push(error);
    }
  }
  if (problems.length > 0) throw problems[0];
}

async function setUpOne(plugin: Plugin): Promise<PluginParts> {
  try {
    return await plugin.setup();
  } catch (error) {
    throw faultyPlugin(plugin.name, error);
  }
}

function faultyPlugin(name: string, cause: unknown): ConfigError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new ConfigError('config.plugin', `The plugin ${name} could not be set up: ${message}`, {
    cause,
  });
}
