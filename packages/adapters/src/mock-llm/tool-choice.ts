/** Which tools a reply may call, as a request says it. */
export interface ToolChoice {
  readonly mode: 'auto' | 'none' | 'required';
  /** The only ones that may be called; missing where any may. */
  readonly only?: readonly string[];
  /** Whether no more than one may be called at once. */
  readonly single?: boolean;
}

/** What holds where a request says nothing. */
export const ANY_TOOL: ToolChoice = { mode: 'auto' };

/** The tools that may be called. */
export function allowedTools(
  tools: readonly string[],
  { mode, only }: ToolChoice,
): readonly string[] {
  if (mode === 'none') return [];
  return only === undefined ? tools : tools.filter((name) => only.includes(name));
}

/** The first tool that a choice names and that is not there. */
export function unknownTool(
  tools: readonly string[],
  { only = [] }: ToolChoice,
): string | undefined {
  return only.find((name) => !tools.includes(name));
}
