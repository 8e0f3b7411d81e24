/** What a text says that is printed: all behind `// →`, `# →` or `<!-- →`, in order. */
export function expectedLines(text: string): readonly string[] {
  const marks = text.matchAll(/(?:\/\/|#|<!--) → (.*?)(?: -->)?$/gm);
  return [...marks].map(([, line = '']) => line.trim());
}

/**
 * The first expected line that the output lacks; `undefined` where all are there, in this order, other lines between
 * them or not. `…` stands for anything.
 */
export function firstMissing(expected: readonly string[], output: string): string | undefined {
  const lines = output.split('\n').map((line) => line.trim());
  let from = 0;
  for (const wanted of expected) {
    const pattern = patternOf(wanted);
    const found = lines.findIndex((line, at) => at >= from && pattern.test(line));
    if (found < 0) return wanted;
    from = found + 1;
  }
  return undefined;
}

function patternOf(wanted: string): RegExp {
  const pieces = wanted.split('…').map((piece) => piece.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pieces.join('.*')}$`);
}
