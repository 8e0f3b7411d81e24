import { roleOf } from '../route/candidates.ts';
import type { Framework } from '../spec/framework.ts';
import type { ToolDescription } from '../spec/model.ts';
import type { Role } from '../spec/plugin.ts';
import type { PlanTask } from '../spec/task.ts';
import type { Tool, ToolPermission } from '../spec/tool.ts';
import { isGranted } from '../tool/granted.ts';

/** A role with what its names stand for. */
export interface RoleParts {
  readonly name: string;
  readonly role: Role;
  /** Those of its tools that it may always use. */
  readonly tools: ReadonlyMap<string, Tool>;
  /** All of its tools; what it lacks leave for may be granted. */
  readonly listed: ReadonlyMap<string, Tool>;
  readonly grants: readonly ToolPermission[];
  readonly framework: Framework | undefined;
  /** The tools as a model sees them; one object a role, so that it need not be made for every call. */
  readonly descriptions: readonly ToolDescription[];
}

const WORKER: Role = { text: '' };

/** The roles of a team, each resolved once. */
export class RoleBook {
  readonly #registries: RoleRegistries;
  readonly #known = new Map<string, RoleParts>();

  constructor(registries: RoleRegistries) {
    this.#registries = registries;
  }

  /** The names of the registered roles. */
  get names(): readonly string[] {
    return [...this.#registries.roles.keys()];
  }

  /** The ids of the registered frameworks, by their names. */
  get frameworks(): ReadonlyMap<string, string> {
    const named = [...this.#registries.frameworks];
    return new Map(named.map(([name, { definition }]) => [name, definition.id]));
  }

  /** What a role may do; nothing where there is no such role. */
  grantsOf(name: string): readonly ToolPermission[] {
    return this.#registries.roles.get(name)?.grants ?? [];
  }

  /** The role of a task; one that nobody registered works as `worker` does. */
  of(task: PlanTask): RoleParts {
    const name = roleOf(task);
    let parts = this.#known.get(name);
    if (parts === undefined) {
      parts = resolve(this.#registries, name);
      this.#known.set(name, parts);
    }
    return parts;
  }
}

/** What roles are resolved against. */
export interface RoleRegistries {
  readonly roles: ReadonlyMap<string, Role>;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly frameworks: ReadonlyMap<string, Framework>;
}

function resolve(registries: RoleRegistries, name: string): RoleParts {
  const role = registries.roles.get(name) ?? registries.roles.get('worker') ?? WORKER;
  const grants = role.grants ?? [];
  const tools = new Map<string, Tool>();
  const listed = new Map<string, Tool>();
  for (const tool of role.tools ?? []) {
    const found = registries.tools.get(tool);
    if (found === undefined) continue;
    listed.set(tool, found);
    // A tool that the role may not use is not even offered.
    if (isGranted(found, grants)) tools.set(tool, found);
  }
  return {
    name,
    role,
    tools,
    listed,
    grants,
    framework: role.framework === undefined ? undefined : registries.frameworks.get(role.framework),
    descriptions: [...tools].map(describeTool),
  };
}

/** A tool as a model sees it. */
export function describeTool([name, { description, input }]: readonly [
  string,
  Tool,
]): ToolDescription {
  return { name, description, input: input.jsonSchema };
}
