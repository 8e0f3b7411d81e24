/** A tensor of 32-bit floats; `shape` is in ggml's order, the row's length first. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** A value of a GGUF file's header. */
export type GgufValue =
  | { readonly type: 'u32' | 'i32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'text'; readonly value: string }
  | { readonly type: 'texts'; readonly value: readonly string[] }
  | { readonly type: 'f32s' | 'i32s'; readonly value: readonly number[] };

/** Writes a GGUF file of version 3, after the description in ggml's `docs/gguf.md`. */
export function ggufBytes(
  header: Readonly<Record<string, GgufValue>>,
  tensors: readonly Tensor[],
  version: number,
): Buffer {
  const pairs = Object.entries(header).map(([key, value]) =>
    Buffer.concat([text(key), tagged(value)]),
  );
  let offset = 0;
  const infos = tensors.map(({ name, shape, values }) => {
    const info = [text(name), u32(shape.length), ...shape.map(u64), u32(0), u64(offset)];
    offset += values.byteLength + padding(values.byteLength);
    return Buffer.concat(info);
  });
  const head = Buffer.concat([
    Buffer.from('GGUF'),
    u32(version),
    u64(tensors.length),
    u64(pairs.length),
    ...pairs,
    ...infos,
  ]);
  const bodies = tensors.map(({ values }) => {
    const bytes = Buffer.from(values.buffer);
    return Buffer.concat([bytes, Buffer.alloc(padding(bytes.length))]);
  });
  return Buffer.concat([head, Buffer.alloc(padding(head.length)), ...bodies]);
}

function tagged(value: GgufValue): Buffer {
  switch (value.type) {
    case 'u32':
      return Buffer.concat([u32(4), u32(value.value)]);
    case 'i32':
      return Buffer.concat([u32(5), i32(value.value)]);
    case 'f32':
      return Buffer.concat([u32(6), f32(value.value)]);
    case 'bool':
      return Buffer.concat([u32(7), Buffer.from([value.value ? 1 : 0])]);
    case 'text':
      return Buffer.concat([u32(8), text(value.value)]);
    case 'texts':
      return list(8, value.value.map(text));
    case 'f32s':
      return list(6, value.value.map(f32));
    case 'i32s':
      return list(5, value.value.map(i32));
  }
}

function list(type: number, items: readonly Buffer[]): Buffer {
  return Buffer.concat([u32(9), u32(type), u64(items.length), ...items]);
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function i32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function f32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function padding(length: number): number {
  return (32 - (length % 32)) % 32;
}
