import type { JsonObject } from '@overseer/core/spec';
import type { Malformed } from '../asked.ts';
import { asList, asObject, asText } from '../json-reader.ts';
import { signatureOf } from './blocks.ts';

/**
 * What is wrong with the turns of a conversation: calls without results in the very next, the other way round, or thoughts
 * that were changed. Messages of one role after each other are one turn.
 */
export function wrongTurns(messages: readonly JsonObject[]): Malformed | undefined {
  const turns = turnsOf(messages);
  for (const [at, { blocks }] of turns.entries()) {
    const [before = [], after = []] = [turns[at - 1]?.blocks, turns[at + 1]?.blocks];
    const told = idsOf(after, 'tool_result', 'tool_use_id');
    const untold = idsOf(blocks, 'tool_use', 'id').filter((id) => !told.includes(id));
    if (untold.length > 0)
      return {
        malformed: `messages.${at}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${untold.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      };
    const called = idsOf(before, 'tool_use', 'id');
    for (const [place, block] of blocks.entries()) {
      const why = wrongBlock(block, called);
      if (why !== undefined) return { malformed: `messages.${at}.content.${place}: ${why}` };
    }
  }
  return undefined;
}

function wrongBlock(block: JsonObject, called: readonly string[]): string | undefined {
  const { type, tool_use_id, thinking, signature } = block;
  if (type === 'tool_result' && !called.includes(asText(tool_use_id)))
    return `unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${asText(tool_use_id)}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`;
  return type === 'thinking' && signature !== signatureOf(asText(thinking))
    ? 'Invalid `signature` in `thinking` block'
    : undefined;
}

function idsOf(blocks: readonly JsonObject[], type: string, field: string): readonly string[] {
  return blocks.filter((block) => block['type'] === type).map((block) => asText(block[field]));
}

interface Turn {
  readonly role: string;
  readonly blocks: readonly JsonObject[];
}

function turnsOf(messages: readonly JsonObject[]): readonly Turn[] {
  const turns: Turn[] = [];
  for (const message of messages) {
    const role = asText(message['role']);
    const blocks = asList(message['content']).map(asObject);
    const last = turns.at(-1);
    if (last?.role === role)
      turns[turns.length - 1] = { role, blocks: [...last.blocks, ...blocks] };
    else turns.push({ role, blocks });
  }
  return turns;
}
