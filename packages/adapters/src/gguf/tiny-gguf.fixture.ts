import {
  cutUniquely,
  ruleChoice,
  type ScriptRule,
  seededNumbers,
} from '../engine/script-pieces.fixture.ts';
import { type GgufValue, ggufBytes, type Tensor } from './gguf-bytes.fixture.ts';

/** A model of a few hundred KB. With rules it says exactly what they say; without, its weights are noise. */
export interface TinyGguf {
  readonly rules?: readonly ScriptRule[];
  /** Which token, of the plain ones, leads to the first token of which piece: `[token, rule, piece]`. */
  readonly leads?: readonly (readonly [token: string, rule: number, piece: number])[];
  readonly width?: number;
  readonly layers?: number;
  readonly contextLength?: number;
  /** The version that the file says it has. */
  readonly version?: number;
}

const HEADS = 4;
const KEY_HEADS = 2;
const CONTROL = 3;
const PLAIN = 1;
const DEFINED = 4;
const BYTE = 6;

/** Pieces that are tokens of their own, as models that think have them. */
const THOUGHT = ['<think>', '</think>'];

/** The bytes of a GGUF file of the llama architecture, with its weights made here. */
export function tinyGguf(options: TinyGguf = {}): Buffer {
  const rules = options.rules ?? [];
  const width = options.width ?? 64;
  const layers = options.layers ?? 1;
  const vocabulary = createVocabulary(rules, options.leads ?? []);
  const tensors = weights(vocabulary, { width, layers, isScripted: rules.length > 0 });
  const sizes = {
    vocab_size: vocabulary.tokens.length,
    context_length: options.contextLength ?? 4096,
    embedding_length: width,
    block_count: layers,
    feed_forward_length: 2 * width,
    'rope.dimension_count': width / HEADS,
    'attention.head_count': HEADS,
    'attention.head_count_kv': KEY_HEADS,
  };
  const header: Record<string, GgufValue> = {
    'general.architecture': { type: 'text', value: 'llama' },
    'general.name': { type: 'text', value: 'tiny' },
    'general.alignment': { type: 'u32', value: 32 },
    'llama.attention.layer_norm_rms_epsilon': { type: 'f32', value: 1e-5 },
    'tokenizer.ggml.model': { type: 'text', value: 'llama' },
    'tokenizer.ggml.pre': { type: 'text', value: 'default' },
    'tokenizer.ggml.tokens': { type: 'texts', value: vocabulary.tokens },
    'tokenizer.ggml.scores': { type: 'f32s', value: vocabulary.scores },
    'tokenizer.ggml.token_type': { type: 'i32s', value: vocabulary.types },
    'tokenizer.ggml.bos_token_id': { type: 'u32', value: 1 },
    'tokenizer.ggml.eos_token_id': { type: 'u32', value: 2 },
    'tokenizer.ggml.unknown_token_id': { type: 'u32', value: 0 },
    'tokenizer.ggml.add_bos_token': { type: 'bool', value: true },
    'tokenizer.ggml.add_space_prefix': { type: 'bool', value: false },
    'tokenizer.chat_template': { type: 'text', value: chatTemplate(rules) },
  };
  for (const [key, value] of Object.entries(sizes)) header[`llama.${key}`] = { type: 'u32', value };
  return ggufBytes(header, tensors, options.version ?? 3);
}

interface Vocabulary {
  readonly tokens: string[];
  readonly scores: number[];
  readonly types: number[];
  /** Which token follows which. */
  readonly links: (readonly [number, number])[];
}

const LETTERS = '\u2581etaoinsrhlducmfwgypbvkxjqz.,{}[]:"0123456789_-ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A SentencePiece vocabulary with a token for every byte, so that any text can be read. Its texts must be unique. */
function createVocabulary(
  rules: readonly ScriptRule[],
  leads: NonNullable<TinyGguf['leads']>,
): Vocabulary {
  const vocabulary: Vocabulary = { tokens: [], scores: [], types: [], links: [] };
  const known = new Map<string, number>();
  const add = (token: string, score: number, type: number): number => {
    const id = vocabulary.tokens.push(token) - 1;
    vocabulary.scores.push(score);
    vocabulary.types.push(type);
    known.set(token, id);
    return id;
  };
  add('<unk>', 0, 2);
  for (const name of ['<s>', '</s>', '<|im_start|>', '<|im_end|>']) add(name, 0, CONTROL);
  for (let byte = 0; byte < 256; byte++) {
    add(`<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`, 0, BYTE);
  }
  [...LETTERS].forEach((letter, index) => {
    add(letter, -1 - index, PLAIN);
  });
  rules.forEach(({ say, forever }, rule) => {
    let before = add(`<|rule${rule}|>`, 0, CONTROL);
    let first: number | undefined;
    for (const [index, piece] of say.entries()) {
      if (THOUGHT.includes(piece)) {
        const id = known.get(piece) ?? add(piece, 0, DEFINED);
        vocabulary.links.push([before, id]);
        before = id;
        continue;
      }
      const cut = cutUniquely([...piece.replaceAll(' ', '\u2581')], (text) => known.has(text));
      for (const [place, token] of cut.entries()) {
        // So unlikely that no text is ever read as it.
        const id = add(token, -1e6, PLAIN);
        vocabulary.links.push([before, id]);
        const leading = place > 0 ? [] : leads.filter(([, r, p]) => r === rule && p === index);
        for (const [from] of leading) vocabulary.links.push([known.get(from) ?? 0, id]);
        first ??= id;
        before = id;
      }
    }
    vocabulary.links.push([before, forever === true ? (first ?? 2) : 2]);
  });
  return vocabulary;
}

/**
 * With rules, layers that do nothing between an embedding of random signs and a head that holds, for each token, the
 * embedding of the one before it: the next token is the one that the last leads to.
 */
function weights(
  { tokens, links }: Vocabulary,
  shape: { readonly width: number; readonly layers: number; readonly isScripted: boolean },
): readonly Tensor[] {
  const { width, layers, isScripted } = shape;
  const random = seededNumbers(1);
  const sign = (): number => (random() < 0.5 ? -1 : 1);
  const noise = (): number => (isScripted ? 0 : (random() - 0.5) / Math.sqrt(width));
  const embedding = filled(tokens.length * width, isScripted ? sign : () => random() - 0.5);
  const tensors: Tensor[] = [
    { name: 'token_embd.weight', shape: [width, tokens.length], values: embedding },
  ];
  const keys = (width / HEADS) * KEY_HEADS;
  const parts: Readonly<Record<string, readonly number[]>> = {
    attn_norm: [width],
    attn_q: [width, width],
    attn_k: [width, keys],
    attn_v: [width, keys],
    attn_output: [width, width],
    ffn_norm: [width],
    ffn_gate: [width, 2 * width],
    ffn_up: [width, 2 * width],
    ffn_down: [2 * width, width],
  };
  for (let layer = 0; layer < layers; layer++) {
    for (const [name, sizes] of Object.entries(parts)) {
      const values = filled(
        sizes.reduce((a, b) => a * b),
        sizes.length === 1 ? () => 1 : noise,
      );
      tensors.push({ name: `blk.${layer}.${name}.weight`, shape: sizes, values });
    }
  }
  tensors.push({ name: 'output_norm.weight', shape: [width], values: filled(width, () => 1) });
  const head = filled(tokens.length * width, isScripted ? () => 0 : () => random() - 0.5);
  for (const [from, to] of links) {
    for (let at = 0; at < width; at++) {
      head[to * width + at] = (head[to * width + at] ?? 0) + (embedding[from * width + at] ?? 0);
    }
  }
  tensors.push({ name: 'output.weight', shape: [width, tokens.length], values: head });
  return tensors;
}

function filled(length: number, value: () => number): Float32Array {
  return Float32Array.from({ length }, value);
}

/** The rule's token is written for each turn of the assistant, because the engine renders the turn that is to come as one. */
function chatTemplate(rules: readonly ScriptRule[]): string {
  const choice = ruleChoice(rules);
  return `{%- if tools %}<|im_start|>system
You may call tools: {{ tools | tojson }}
For a call reply with <tool_call>{"name": NAME, "arguments": ARGS}</tool_call>.<|im_end|>
{% endif %}{%- for m in messages %}<|im_start|>{{ m.role }}
{% if m.role == 'assistant' %}{%- set p = messages[loop.index0 - 1] %}${choice}{% endif %}{%- if m.content %}{{ m.content }}{% endif %}{%- for c in (m.tool_calls or []) %}
<tool_call>
{"name": "{{ c.function.name }}", "arguments": {{ c.function.arguments | tojson }}}
</tool_call>{% endfor %}<|im_end|>
{% endfor %}{%- if add_generation_prompt %}{%- set p = messages | last %}<|im_start|>assistant
${choice}{% endif %}`;
}
