import type { Tool, ToolPermission } from '../spec/tool.ts';

/** Whether someone with `grants` may use a tool. Default deny: every permission that the tool names must be granted. */
export function isGranted(tool: Tool, grants: readonly ToolPermission[]): boolean {
  return tool.permissions.every((permission) => grants.includes(permission));
}

/** The permissions that are missing. */
export function missingGrants(
  tool: Tool,
  grants: readonly ToolPermission[],
): readonly ToolPermission[] {
  return tool.permissions.filter((permission) => !grants.includes(permission));
}
