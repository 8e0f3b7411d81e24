import { createHash } from 'node:crypto';
import type { AdapterDialect } from './every-adapter.fixture.ts';

/** Any document, read field by field. */
type Doc = { readonly [name: string]: unknown };

/** What the real service would refuse of a request, beyond what the mock service looks at; empty where it would take it. */
export function refusalsOf(dialect: AdapterDialect, body: unknown): readonly string[] {
  return CHECKS[dialect](body as Doc);
}

const CHECKS: Readonly<Record<AdapterDialect, (body: Doc) => readonly string[]>> = {
  'openai-chat': (body) => {
    const problems: string[] = [];
    let open = new Set<unknown>();
    for (const message of list(body['messages'])) {
      const { role, tool_call_id: id } = message;
      if (role === 'tool') {
        if (!open.delete(id)) problems.push(`a result without its call: ${String(id)}`);
        continue;
      }
      problems.push(...[...open].map((call) => `a call without its result: ${String(call)}`));
      const calls = list(message['tool_calls']).map((call) => String(call['id']));
      problems.push(...calls.filter((call) => call.length > 40).map((call) => `long id ${call}`));
      open = new Set(calls);
      const content = list(message['content']).map((piece) => String(piece['type']));
      problems.push(...content.filter((type) => !CHAT_PIECES.has(type)).map((type) => `a ${type}`));
      if (message['content'] === '' && calls.length === 0) problems.push('an empty message');
    }
    return [...problems, ...[...open].map((call) => `a call without its result: ${String(call)}`)];
  },
  'openai-responses': (body) => {
    const items = list(body['input']);
    const calls = items.filter(({ type }) => type === 'function_call').map((one) => one['call_id']);
    const results = items.filter(({ type }) => type === 'function_call_output');
    const answered = results.map((one) => one['call_id']);
    return [
      ...answered.filter((id) => !calls.includes(id)).map((id) => `a result without call ${id}`),
      ...calls.filter((id) => !answered.includes(id)).map((id) => `a call without result ${id}`),
      ...calls.filter((id) => String(id).length > 64).map((id) => `a long id ${id}`),
      ...items
        .filter(({ type, id }) => type === 'item_reference' && !/^(msg|rs|fc)_/.test(String(id)))
        .map(({ id }) => `an item that it does not have: ${id}`),
      ...items
        .filter(({ type, id }) => type === 'reasoning' && !String(id).startsWith('rs_'))
        .map(({ id }) => `reasoning of others: ${id}`),
    ];
  },
  'anthropic-messages': (body) => {
    const problems: string[] = [];
    let open: readonly string[] = [];
    const turns = list(body['messages']);
    for (const [nth, message] of turns.entries()) {
      const { role } = message;
      if (nth === 0 && role !== 'user') problems.push('it does not begin with the user');
      const [before, after] = [turns[nth - 1]?.['role'], turns[nth + 1]?.['role'] ?? 'assistant'];
      if (role === 'system' && (before !== 'user' || after !== 'assistant'))
        problems.push('a message of the system that is not before an answer');
      const blocks = list(message['content']);
      const results = blocks
        .filter(({ type }) => type === 'tool_result')
        .map((block) => String(block['tool_use_id']));
      problems.push(
        ...open.filter((id) => !results.includes(id)).map((id) => `no result of ${id}`),
      );
      problems.push(...results.filter((id) => !open.includes(id)).map((id) => `no call of ${id}`));
      open = blocks.filter(({ type }) => type === 'tool_use').map(({ id }) => String(id));
      problems.push(...open.filter((id) => !/^[\w-]+$/.test(id)).map((id) => `a bad id: ${id}`));
      problems.push(...blocks.flatMap(blockProblems));
    }
    return [...problems, ...open.map((id) => `no result of ${id}`)];
  },
  'google-content': (body) => {
    const problems: string[] = [];
    let open: readonly unknown[] = [];
    for (const [nth, turn] of list(body['contents']).entries()) {
      // The user and the model speak in turn, and the user first.
      if (turn['role'] !== (nth % 2 === 0 ? 'user' : 'model')) problems.push(`turn ${nth}`);
      const parts = list(turn['parts']);
      if (parts.length === 0) problems.push('an empty turn');
      const results = parts.flatMap((part) => idOf(part['functionResponse']));
      problems.push(...unpaired(open, results));
      open = parts.flatMap((part) => idOf(part['functionCall']));
      problems.push(
        ...parts.filter(isForeignThought).map(() => 'thoughts without a signature of its own'),
      );
    }
    return [...problems, ...unpaired(open, [])];
  },
  'cohere-chat': (body) => {
    const problems: string[] = [];
    for (const { role, content, tool_calls } of list(body['messages'])) {
      const isEmpty = content === undefined || content === '';
      if (isEmpty && list(tool_calls).length === 0) problems.push(`an empty message of ${role}`);
    }
    return [...problems, ...turnsOfTools(list(body['messages']))];
  },
  'ollama-chat': (body) => {
    const messages = list(body['messages']);
    const called = messages.flatMap((message) => list(message['tool_calls']));
    return [
      ...messages
        .filter(({ content }) => typeof content !== 'string')
        .map(({ role }) => `a message of ${role} that is no text`),
      ...messages
        .flatMap(({ images }) => (Array.isArray(images) ? (images as readonly unknown[]) : []))
        .filter((image) => !/^[\w+/]+=*$/.test(String(image)))
        .map(() => 'an image that is no base64'),
      ...called
        .map((call) => (call['function'] as Doc)['arguments'])
        .filter((given) => typeof given !== 'object' || given === null || Array.isArray(given))
        .map((given) => `arguments that are no object: ${String(given)}`),
      ...turnsOfTools(messages),
    ];
  },
};

/** Whether every call has its result right after it, and every result its call before it. */
function turnsOfTools(messages: readonly Doc[]): readonly string[] {
  const problems: string[] = [];
  let open: readonly unknown[] = [];
  let given: unknown[] = [];
  for (const message of [...messages, { role: 'end' }]) {
    const { role, tool_call_id: id, tool_calls: calls } = message as Doc;
    if (role === 'tool') {
      given.push(id);
      continue;
    }
    problems.push(...unpaired(open, given));
    open = list(calls).map((call) => call['id']);
    given = [];
  }
  return problems;
}

function unpaired(calls: readonly unknown[], results: readonly unknown[]): readonly string[] {
  return [
    ...calls.filter((id) => !results.includes(id)).map((id) => `no result of ${String(id)}`),
    ...results.filter((id) => !calls.includes(id)).map((id) => `no call of ${String(id)}`),
  ];
}

/** Calls without an id are told apart by their order. */
function idOf(call: unknown): readonly unknown[] {
  return call === undefined ? [] : [(call as Doc)['id'] ?? ''];
}

function isForeignThought({ thought, thoughtSignature }: Doc): boolean {
  return thought === true && thoughtSignature === undefined;
}

const CHAT_PIECES: ReadonlySet<string> = new Set(['text', 'image_url', 'file', 'input_audio']);

function blockProblems({ type, text, thinking, signature }: Doc): readonly string[] {
  if (type === 'text' && text === '') return ['an empty text'];
  if (type !== 'thinking') return [];
  // As the mock service signs.
  const own = createHash('sha256').update(String(thinking)).digest('base64');
  return signature === own ? [] : ['thinking with a signature of others'];
}

function list(value: unknown): readonly Doc[] {
  return Array.isArray(value) ? (value as readonly Doc[]) : [];
}
