import type { Json, JsonObject } from '@overseer/core/spec';
import { type Malformed, toolName } from '../asked.ts';
import { asList, asObject, asText } from '../json-reader.ts';
import { type ToolChoice, unknownTool } from '../tool-choice.ts';

/** Reads `tool_choice` and `parallel_tool_calls`, of chat completions and of responses. */
export function readToolChoice(body: JsonObject): ToolChoice {
  const single = body['parallel_tool_calls'] === false ? { single: true } : {};
  return { ...choiceOf(body['tool_choice']), ...single };
}

/** What is wrong with it: it names a tool that is not there, or there is none at all. */
export function wrongToolChoice(
  body: JsonObject,
  choice: ToolChoice,
  api: 'chat' | 'responses',
): Malformed | undefined {
  const tools = asList(body['tools']).map(toolName);
  const unknown = unknownTool(tools, choice);
  if (api === 'chat' && tools.length === 0) {
    const param = ['tool_choice', 'parallel_tool_calls'].find((name) => body[name] !== undefined);
    if (param === undefined) return undefined;
    const only = `'${param}' is only allowed when 'tools' are specified.`;
    return { malformed: `Invalid value for '${param}': ${only}`, param };
  }
  const param = 'tool_choice';
  if (tools.length === 0 && choice.mode === 'required')
    return {
      malformed: "Tool choice 'required' must be specified with 'tools' parameter.",
      param,
    };
  return unknown === undefined
    ? undefined
    : { malformed: `Tool choice '${unknown}' not found in 'tools' parameter.`, param };
}

function choiceOf(sent: Json | undefined): ToolChoice {
  if (sent === 'none' || sent === 'required') return { mode: sent };
  const choice = asObject(sent);
  switch (choice['type']) {
    case 'function':
      return { mode: 'required', only: [toolName(choice)] };
    case 'allowed_tools': {
      const { mode, tools } = asObject(choice['allowed_tools'] ?? choice);
      return {
        mode: asText(mode) === 'required' ? 'required' : 'auto',
        only: asList(tools).map(toolName),
      };
    }
    default:
      return { mode: 'auto' };
  }
}
