import type { Tool, ToolPermission } from '../spec/tool.ts';

/** Whether someone with `grants` may use a tool, or whatever else names permissions. Default deny: every one that it names must be granted. */
export function isGranted(
  { permissions }: Pick<Tool, 'permissions'>,
  grants: readonly ToolPermission[],
): boolean {
  return permissions.every((permission) => grants.includes(permission));
}

/** The permissions that are missing. */
export function missingGrants(
  tool: Tool,
  grants: readonly ToolPermission[],
): readonly ToolPermission[] {
  return tool.permissions.filter((permission) => !grants.includes(permission));
}
