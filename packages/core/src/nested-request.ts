import { jsonText } from './internal/json-text.ts';
import { titleOf } from './plan/title-of.ts';
import type { Message, Part } from './spec/message.ts';
import type { ModelRequest } from './spec/model.ts';
import type { TaskGraph } from './spec/task.ts';

/** A request in words: a goal to be planned, or one task that is done as it stands. Pure. */
export function graphOf(request: ModelRequest, as: 'goal' | 'task'): string | TaskGraph {
  const words = wordsOf(request);
  if (as === 'goal') return words;
  return { title: titleOf(words), tasks: [{ key: 'answer', instruction: words }] };
}

/** Who said what comes before it only where more than one spoke. */
function wordsOf({ messages, output }: ModelRequest): string {
  const turns = messages.flatMap((message) => {
    const text = textOf(message);
    return text === '' ? [] : [{ role: message.role, text }];
  });
  const isTalk = turns.some(({ role }) => role === 'assistant' || role === 'tool');
  const said = turns.map(({ role, text }) => (isTalk ? `[${role}]\n${text}` : text));
  const form =
    output === undefined
      ? []
      : [
          output.schema === undefined
            ? 'Answer with JSON and nothing else.'
            : `Answer with JSON and nothing else, by this JSON Schema: ${JSON.stringify(output.schema)}`,
        ];
  return [...said, ...form].join('\n\n');
}

function textOf({ parts }: Message): string {
  return parts.flatMap(partText).join('\n');
}

function partText(part: Part): readonly string[] {
  if (part.type === 'text') return [part.text];
  return part.type === 'tool-result' ? [`${part.name}: ${jsonText(part.output)}`] : [];
}
