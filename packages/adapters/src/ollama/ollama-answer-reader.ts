import { type EventSink, modelRefusal } from '@overseer/core/plugin';
import type { Json, JsonObject, ModelWarning, ToolCallPart, Usage } from '@overseer/core/spec';
import type { AnswerReader } from '../internal/answer-body.ts';
import type { AnswerSource } from '../internal/answer-source.ts';
import { field, numberField, textField } from '../internal/fields.ts';
import { parseEvent } from '../internal/parse-event.ts';
import { PROVIDER } from './ollama-messages.ts';

const REASONING = 0;
const TEXT = 1;
const TOOLS = 2;

/** Looks at a whole answer: the model that gave it, and how many tokens of the prompt it has read. */
export type CheckAnswer = (answer: {
  readonly model: string | undefined;
  readonly read: number | undefined;
}) => readonly ModelWarning[];

/** Reads the answer to a chat: one document a line, tool calls whole, the counts in the last. */
export class OllamaAnswerReader implements AnswerReader {
  readonly #from: AnswerSource;
  readonly #sink: Pick<EventSink, 'event'>;
  readonly #check: CheckAnswer;
  readonly #id: string = crypto.randomUUID().slice(0, 8);
  readonly #calls: ToolCallPart[] = [];
  #model: string | undefined;
  #text = '';
  #reasoning = '';
  #last: object | undefined;

  constructor(from: AnswerSource, sink: Pick<EventSink, 'event'>, check: CheckAnswer) {
    this.#from = from;
    this.#sink = sink;
    this.#check = check;
  }

  event(data: string): boolean {
    const line = parseEvent(data, this.#from);
    const error = field(line, 'error');
    // Without a status it is what would have been a 500 before the stream began.
    if (error !== undefined) {
      throw modelRefusal({ ...this.#from, body: { type: 'server_error', ...line } });
    }
    if (this.#model === undefined) this.#open(line);
    this.#add(field(line, 'message'));
    if (field(line, 'done') !== true) return false;
    this.#last = line;
    return true;
  }

  whole(document: unknown): void {
    this.event(JSON.stringify(document));
  }

  end(): void {
    const last = this.#last;
    if (last === undefined) return;
    const sink = this.#sink;
    const read = numberField(last, 'prompt_eval_count');
    const warnings = this.#check({ model: this.#model, read });
    if (warnings.length > 0) sink.event({ type: 'meta', warnings });
    if (this.#reasoning !== '') {
      const meta = { [PROVIDER]: { model: this.#model ?? '' } };
      const part = { type: 'reasoning' as const, text: this.#reasoning, meta };
      sink.event({ type: 'part', index: REASONING, part });
    }
    if (this.#text !== '') {
      sink.event({ type: 'part', index: TEXT, part: { type: 'text', text: this.#text } });
    }
    for (const [order, part] of this.#calls.entries()) {
      sink.event({ type: 'part', index: TOOLS + order, part });
    }
    const raw = textField(last, 'done_reason') ?? 'stop';
    const reason = REASONS.get(raw) ?? 'other';
    sink.event({
      type: 'finish',
      reason: this.#calls.length > 0 && reason === 'stop' ? 'tool-calls' : reason,
      raw,
      usage: usageOf(last),
    });
  }

  #open(line: object): void {
    this.#model = textField(line, 'model');
    if (this.#model !== undefined) this.#sink.event({ type: 'meta', model: this.#model });
  }

  #add(message: unknown): void {
    const thinking = textField(message, 'thinking');
    if (thinking !== undefined) {
      this.#reasoning += thinking;
      this.#sink.event({ type: 'delta', index: REASONING, kind: 'reasoning', text: thinking });
    }
    const text = textField(message, 'content');
    if (text !== undefined) {
      this.#text += text;
      this.#sink.event({ type: 'delta', index: TEXT, kind: 'text', text });
    }
    const calls = field(message, 'tool_calls');
    if (Array.isArray(calls)) for (const call of calls as readonly unknown[]) this.#call(call);
  }

  /** Servers before 0.12 give a call no id. */
  #call(sent: unknown): void {
    const called = field(sent, 'function');
    const given = field(called, 'arguments') ?? {};
    const raw = typeof given === 'string' ? given : JSON.stringify(given);
    const order = this.#calls.length;
    this.#calls.push({
      type: 'tool-call',
      id: textField(sent, 'id') ?? `call_${this.#id}_${order}`,
      name: textField(called, 'name') ?? '',
      input: given as Json,
      raw,
    });
    this.#sink.event({ type: 'delta', index: TOOLS + order, kind: 'tool-input', text: raw });
  }
}

const REASONS: ReadonlyMap<string, 'stop' | 'length'> = new Map([
  ['stop', 'stop'],
  ['length', 'length'],
]);

const COUNTS: readonly string[] = [
  'total_duration',
  'load_duration',
  'prompt_eval_count',
  'prompt_eval_duration',
  'eval_count',
  'eval_duration',
];

/** Thinking is among what was generated; how much of it, Ollama does not say. */
function usageOf(last: object): Usage {
  const input = numberField(last, 'prompt_eval_count');
  const output = numberField(last, 'eval_count');
  const raw: JsonObject = Object.fromEntries(
    COUNTS.flatMap((name) => {
      const value = numberField(last, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
  return {
    input: input === undefined ? {} : { total: input },
    output: output === undefined ? {} : { total: output },
    raw,
  };
}
