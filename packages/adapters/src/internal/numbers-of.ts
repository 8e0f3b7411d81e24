/** A list of numbers; `undefined` for anything else, and for one without any. */
export function numbersOf(value: unknown): readonly number[] | undefined {
  const isVector =
    Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'number');
  return isVector ? value : undefined;
}
