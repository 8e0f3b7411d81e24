import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  cutUniquely,
  ruleChoice,
  type ScriptRule,
  seededNumbers,
} from '../engine/script-pieces.fixture.ts';
import { lookupModel } from './onnx-bytes.fixture.ts';

const END = '<|eos|>';
const VECTOR = 32;

/** Writes a folder as transformers.js reads it, whose model says exactly what its rules tell. */
export function writeTinyText(folder: string, rules: readonly ScriptRule[]): void {
  const { words, links, controls } = readRules(rules);
  const size = words.size;
  const random = seededNumbers(7);
  const table = Float32Array.from({ length: size * size }, random);
  for (const [from, to] of links) table[from * size + to] = 30;
  const output = { name: 'logits', shape: ['batch', 'sequence', size], type: 'float' } as const;
  const end = words.get(END) ?? 0;
  write(folder, lookupModel(table, size, output), {
    'config.json': {
      model_type: 'gpt2',
      architectures: ['GPT2LMHeadModel'],
      vocab_size: size,
      n_layer: 1,
      n_head: 1,
      n_embd: 8,
      n_positions: 2048,
      bos_token_id: end,
      eos_token_id: end,
    },
    'generation_config.json': { eos_token_id: end, bos_token_id: end, pad_token_id: end },
    ...tokenizerFiles(words, controls, rules),
  });
}

/** Writes a folder of a model that makes a vector of every text. */
export function writeTinyVectors(folder: string): void {
  const { words, controls } = readRules([]);
  const random = seededNumbers(7);
  const table = Float32Array.from({ length: words.size * VECTOR }, () => random() * 2 - 1);
  const shape = ['batch', 'sequence', VECTOR];
  const output = { name: 'last_hidden_state', shape, type: 'float' } as const;
  write(folder, lookupModel(table, VECTOR, output), {
    'config.json': {
      model_type: 'bert',
      architectures: ['BertModel'],
      hidden_size: VECTOR,
      vocab_size: words.size,
      num_hidden_layers: 1,
      num_attention_heads: 1,
    },
    ...tokenizerFiles(words, controls, []),
  });
}

interface Words {
  readonly words: ReadonlyMap<string, number>;
  readonly links: readonly (readonly [number, number])[];
  readonly controls: readonly string[];
}

/** A vocabulary of bytes, as GPT-2 writes them, and of what the rules say. */
function readRules(rules: readonly ScriptRule[]): Words {
  const words = new Map<string, number>();
  const links: (readonly [number, number])[] = [];
  const add = (word: string): number => {
    words.set(word, words.size);
    return words.size - 1;
  };
  for (let byte = 0; byte < 256; byte++) add(letterOf(byte));
  const controls = [END, '<|im_start|>', '<|im_end|>'];
  for (const control of controls) add(control);
  for (const [index, { say, forever }] of rules.entries()) {
    controls.push(`<|rule${index}|>`);
    const start = add(`<|rule${index}|>`);
    const letters = [...Buffer.from(say.join(''))].map(letterOf);
    const ids = cutUniquely(letters, (piece) => words.has(piece)).map(add);
    const chain = [start, ...ids, forever === true ? (ids[0] ?? start) : (words.get(END) ?? 0)];
    for (const [place, from] of chain.slice(0, -1).entries()) {
      links.push([from, chain[place + 1] ?? 0]);
    }
  }
  return { words, links, controls };
}

/** GPT-2 writes bytes that cannot be seen as letters from 256 on. */
function letterOf(byte: number): string {
  if (isSeen(byte)) return String.fromCharCode(byte);
  const before = Array.from({ length: byte }, (_, other) => other).filter(
    (other) => !isSeen(other),
  );
  return String.fromCharCode(256 + before.length);
}

function isSeen(byte: number): boolean {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

function tokenizerFiles(
  words: ReadonlyMap<string, number>,
  controls: readonly string[],
  rules: readonly ScriptRule[],
): Readonly<Record<string, object>> {
  const bytes = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
  return {
    'tokenizer.json': {
      version: '1.0',
      added_tokens: controls.map((content) => ({
        id: words.get(content),
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: true,
      })),
      normalizer: null,
      pre_tokenizer: bytes,
      post_processor: null,
      decoder: bytes,
      model: { type: 'BPE', vocab: Object.fromEntries(words), merges: [] },
    },
    'tokenizer_config.json': {
      tokenizer_class: 'GPT2Tokenizer',
      bos_token: END,
      eos_token: END,
      pad_token: END,
      model_max_length: 2048,
      chat_template: `{%- for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{%- if add_generation_prompt %}{%- set p = messages | last %}<|im_start|>assistant\n${ruleChoice(rules)}{% endif %}`,
    },
  };
}

function write(folder: string, model: Buffer, files: Readonly<Record<string, object>>): void {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  writeFileSync(join(folder, 'onnx', 'model.onnx'), model);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), JSON.stringify(content));
  }
}
