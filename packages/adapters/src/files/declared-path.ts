/**
 * Says why a task that declared `files` may not write `path`; `undefined` when it may. An empty declaration allows all; a
 * declared path that ends in `/` allows what is in that folder. Letter case counts.
 */
export function undeclared(path: string, files: readonly string[]): string | undefined {
  if (files.length === 0 || files.some((declared) => covers(declared, path))) return undefined;
  const allowed = files.map((file) => JSON.stringify(file)).join(', ');
  return `The task may not write ${JSON.stringify(path)}; it declared that it writes only ${allowed}.`;
}

function covers(declared: string, path: string): boolean {
  const plain = declared.replace(/^(\.\/)+/, '').normalize('NFC');
  const wanted = path.normalize('NFC');
  return plain.endsWith('/') ? `${wanted}/`.startsWith(plain) : plain === wanted;
}
