import { ruleChoice, type ScriptRule } from '../engine/script-pieces.fixture.ts';
import { type GgufValue, ggufBytes } from './gguf-bytes.fixture.ts';
import { createVocabulary, type Lead } from './tiny-vocabulary.fixture.ts';
import { HEADS, KEY_HEADS, scriptWeights } from './tiny-weights.fixture.ts';

/** A model of a few hundred KB. With rules it says exactly what they say; without, its weights are noise. */
export interface TinyGguf {
  readonly rules?: readonly ScriptRule[];
  /** For pieces that follow what the engine writes by itself. */
  readonly leads?: readonly Lead[];
  readonly width?: number;
  readonly layers?: number;
  readonly contextLength?: number;
  /** The version that the file says it has. */
  readonly version?: number;
}

/** The bytes of a GGUF file of the llama architecture, with its weights made here. */
export function tinyGguf(options: TinyGguf = {}): Buffer {
  const rules = options.rules ?? [];
  const width = options.width ?? 64;
  const layers = options.layers ?? 1;
  const vocabulary = createVocabulary(rules, options.leads ?? []);
  const tensors = scriptWeights(vocabulary, { width, layers, isScripted: rules.length > 0 });
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
