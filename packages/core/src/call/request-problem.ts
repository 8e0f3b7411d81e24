import { at } from '../internal/error-body.ts';
import { partProblem, shown, text } from './part-problem.ts';
import { settingsProblem } from './settings-problem.ts';

const ROLES: ReadonlySet<unknown> = new Set(['system', 'user', 'assistant', 'tool']);

/**
 * What is wrong with a request, with the place of it, where a host in plain JavaScript gave what is none; `undefined` where
 * nothing is. It is looked at before every call, so that it takes no more than a glance at each part.
 */
export function requestProblem(request: unknown): string | undefined {
  if (typeof request !== 'object' || request === null) {
    return `a request is an object with messages, and not ${shown(request)}`;
  }
  return (
    messagesProblem(at(request, 'messages')) ??
    toolsProblem(at(request, 'tools')) ??
    settingsProblem(request)
  );
}

function messagesProblem(messages: unknown): string | undefined {
  if (!Array.isArray(messages)) return `messages is a list, and not ${shown(messages)}`;
  for (let index = 0; index < messages.length; index++) {
    const message: unknown = messages[index];
    const role = at(message, 'role');
    if (!ROLES.has(role)) {
      return `messages[${index}].role is one of system, user, assistant and tool, and not ${shown(role)}`;
    }
    const parts = at(message, 'parts');
    if (!Array.isArray(parts)) {
      return `messages[${index}].parts is a list such as [{ type: 'text', text: '…' }], and not ${shown(parts)}`;
    }
    for (let place = 0; place < parts.length; place++) {
      const part: unknown = parts[place];
      // Most parts are texts: no path is made for them.
      if (at(part, 'type') === 'text' && typeof at(part, 'text') === 'string') continue;
      const problem = partProblem(part, `messages[${index}].parts[${place}]`);
      if (problem !== undefined) return problem;
    }
  }
  return undefined;
}

function toolsProblem(tools: unknown): string | undefined {
  if (tools === undefined) return undefined;
  if (!Array.isArray(tools)) return `tools is a list, and not ${shown(tools)}`;
  for (let index = 0; index < tools.length; index++) {
    const tool: unknown = tools[index];
    const input = at(tool, 'input');
    const isWhole =
      typeof at(tool, 'name') === 'string' && typeof input === 'object' && input !== null;
    if (isWhole && at(tool, 'name') !== '') continue;
    const path = `tools[${index}]`;
    return text(tool, 'name', path, 1) ?? `${path}.input is a JSON Schema, and not ${shown(input)}`;
  }
  return undefined;
}
