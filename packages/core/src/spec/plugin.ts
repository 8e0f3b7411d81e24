import type { Framework } from './framework.ts';
import type { Limit } from './limit.ts';
import type { Model, Price } from './model.ts';
import type { TaskKind } from './task.ts';
import type { Tool, ToolPermission } from './tool.ts';
import type { Validator } from './validator.ts';

/** A model as the team knows it. */
export interface ModelEntry {
  readonly model: Model;
  /** The role it plays before all others. */
  readonly role?: string;
  /** Kinds of task it does well, best first; a model without any takes every kind. */
  readonly goodAt?: readonly TaskKind[];
  readonly limits?: readonly Limit[];
  /** The name of the account or key it is called with, for limits per key; its provider where left out. */
  readonly key?: string;
  /** Models that take over when this one cannot, in order. */
  readonly fallback?: readonly string[];
  /** Overrides the price that the adapter knows. */
  readonly price?: Price;
  /** At most this many calls at once; the default is what the model says (`atOnce`), else as many as its `limits` allow at once, else 4. `auto` learns how many the server bears, up to `max` (32). */
  readonly concurrency?: number | 'auto' | { readonly auto: true; readonly max?: number };
  /** An answer that begins later than this, in ms, counts as bad: when half of the latest are, the model is left alone for a while. */
  readonly slowMs?: number;
  /** Permissions beyond those of its role. */
  readonly grants?: readonly ToolPermission[];
  /** Has its calls made by workers, wherever they run, in place of this process; needs the option `transport`. */
  readonly workers?: boolean;
}

/** What a model is told to be, and what it may use. */
export interface Role {
  /** The role layer of its prompts. */
  readonly text: string;
  /** Names of tools offered; none where left out. */
  readonly tools?: readonly string[];
  /** Permissions granted; none where left out. */
  readonly grants?: readonly ToolPermission[];
  /** Name of the prompt framework; `none` where left out. */
  readonly framework?: string;
}

/** Named things that can be added to an overseer; the keys are their names. */
export interface Registries {
  readonly models?: Readonly<Record<string, ModelEntry>>;
  readonly roles?: Readonly<Record<string, Role>>;
  readonly tools?: Readonly<Record<string, Tool>>;
  readonly validators?: Readonly<Record<string, Validator>>;
  readonly frameworks?: Readonly<Record<string, Framework>>;
}

/** What a plugin gives when it is set up. */
export interface PluginParts extends Registries {
  /** Lets go of whatever the plugin holds. */
  dispose?(): Promise<void> | void;
}

/** A bundle of parts under one name. */
export interface Plugin {
  readonly spec: 'plugin/1';
  readonly name: string;
  /** Throwing here stops `createOverseer` with an error that names the plugin. */
  setup(): Promise<PluginParts> | PluginParts;
}
