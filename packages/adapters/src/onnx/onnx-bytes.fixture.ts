/** A tensor with its values, or the description of one that goes in or out. */
export interface OnnxTensor {
  readonly name: string;
  /** A name stands for a size that is not known before. */
  readonly shape: readonly (number | string)[];
  readonly type: 'float' | 'int64';
}

const TYPES = { float: 1, int64: 7 } as const;

/** A model of one operation, which looks rows of a table up: `output = table[input_ids]`. Protocol buffers after `onnx.proto`. */
export function lookupModel(table: Float32Array, width: number, output: OnnxTensor): Buffer {
  const inputs: readonly OnnxTensor[] = ['input_ids', 'attention_mask'].map((name) => ({
    name,
    shape: ['batch', 'sequence'],
    type: 'int64',
  }));
  const node = [
    part(1, 'table'),
    part(1, 'input_ids'),
    part(2, output.name),
    part(3, 'look-up'),
    part(4, 'Gather'),
    part(5, Buffer.concat([part(1, 'axis'), number(3, 0), number(20, 2)])),
  ];
  const values = [
    number(1, table.length / width),
    number(1, width),
    number(2, TYPES.float),
    part(8, 'table'),
    part(9, Buffer.from(table.buffer)),
  ];
  const graph = [
    part(1, Buffer.concat(node)),
    part(2, 'tiny'),
    part(5, Buffer.concat(values)),
    ...inputs.map((input) => part(11, described(input))),
    part(12, described(output)),
  ];
  const operators = Buffer.concat([part(1, ''), number(2, 17)]);
  return Buffer.concat([
    number(1, 8),
    part(2, 'overseer-tests'),
    part(7, Buffer.concat(graph)),
    part(8, operators),
  ]);
}

function described({ name, shape, type }: OnnxTensor): Buffer {
  const sizes = shape.map((size) =>
    part(1, typeof size === 'string' ? part(2, size) : number(1, size)),
  );
  const tensor = Buffer.concat([number(1, TYPES[type]), part(2, Buffer.concat(sizes))]);
  return Buffer.concat([part(1, name), part(2, part(1, tensor))]);
}

function part(field: number, value: string | Buffer): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varint((field << 3) | 2), varint(bytes.length), bytes]);
}

function number(field: number, value: number): Buffer {
  return Buffer.concat([varint(field << 3), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest & 127) | 128);
    rest >>>= 7;
  }
  return Buffer.from([...bytes, rest]);
}
