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
    const { role, parts } = (messages[index] ?? {}) as LooseMessage;
    if (!ROLES.has(role)) {
      return `messages[${index}].role is one of system, user, assistant and tool, and not ${shown(role)}`;
    }
    if (!Array.isArray(parts)) {
      return `messages[${index}].parts is a list such as [{ type: 'text', text: '…' }], and not ${shown(parts)}`;
    }
    for (let place = 0; place < parts.length; place++) {
      const problem = partProblem(parts[place]);
      if (problem !== undefined) return `messages[${index}].parts[${place}]${problem}`;
    }
  }
  return undefined;
}

function toolsProblem(tools: unknown): string | undefined {
  if (tools === undefined) return undefined;
  if (!Array.isArray(tools)) return `tools is a list, and not ${shown(tools)}`;
  for (let index = 0; index < tools.length; index++) {
    const { name, input } = (tools[index] ?? {}) as LooseTool;
    const problem = text('name', name, 1) ?? schema(input);
    if (problem !== undefined) return `tools[${index}]${problem}`;
  }
  return undefined;
}

function schema(input: unknown): string | undefined {
  if (typeof input === 'object' && input !== null) return undefined;
  return `.input is a JSON Schema, and not ${shown(input)}`;
}

/** Something that may be anything, looked at as a message. */
interface LooseMessage {
  readonly role?: unknown;
  readonly parts?: unknown;
}

/** The same, as a tool. */
interface LooseTool {
  readonly name?: unknown;
  readonly input?: unknown;
}
