import { seededNumbers } from '../engine/script-pieces.fixture.ts';
import type { Tensor } from './gguf-bytes.fixture.ts';
import type { Vocabulary } from './tiny-vocabulary.fixture.ts';

/** Heads of attention. */
export const HEADS = 4;
/** Heads of its keys. */
export const KEY_HEADS = 2;

/**
 * With rules, layers that do nothing between an embedding of random signs and a head that holds, for each token, the
 * embedding of the one before it: the next token is the one that the last leads to.
 */
export function scriptWeights(
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
  for (let layer = 0; layer < layers; layer++) tensors.push(...layerTensors(layer, width, noise));
  tensors.push({ name: 'output_norm.weight', shape: [width], values: filled(width, () => 1) });
  const head = filled(tokens.length * width, isScripted ? () => 0 : () => random() - 0.5);
  for (const [from, to] of links) {
    const row = embedding.subarray(from * width, (from + 1) * width);
    for (const [at, value] of row.entries()) {
      head[to * width + at] = (head[to * width + at] ?? 0) + value;
    }
  }
  tensors.push({ name: 'output.weight', shape: [width, tokens.length], values: head });
  return tensors;
}

function layerTensors(layer: number, width: number, noise: () => number): readonly Tensor[] {
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
  return Object.entries(parts).map(([name, shape]) => {
    const length = shape.reduce((a, b) => a * b);
    const values = filled(length, shape.length === 1 ? () => 1 : noise);
    return { name: `blk.${layer}.${name}.weight`, shape, values };
  });
}

function filled(length: number, value: () => number): Float32Array {
  return Float32Array.from({ length }, value);
}
