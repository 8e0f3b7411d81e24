import type { NamedFile } from './task-document.ts';

const quoted = /`([^`\n]{1,300})`/g;
const bare =
  /(?<![\w`/@:.~*<-])(?:\.\/)?(?:[\w.@*[\]{}-]{1,80}\/){1,20}[\w.@*[\]{}-]{1,80}\.[A-Za-z][A-Za-z0-9]{0,7}(?![\w/])/g;
const wildcard = /[*?[\]{}<>…]/;

/** File name extensions that tell a path without a folder from a method call. */
const extensions: ReadonlySet<string> = new Set(
  `astro bash bat c cc cfg cjs clj cmake conf cpp cs css csv cts cue dart diff env erb ex exs fish go gql gradle graphql
  h haml hcl hpp hs html ini ipynb java jl js json json5 jsonc jsonl jsx kt kts less lock lua m md mdx mjs mk ml mts nix
  php pl plist png prisma proto ps1 py pyi r rb rego rs rst sass scala scss sh sol sql sum svelte svg swift tf tfvars tmpl toml ts
  tsv tsx txt vue wasm xml yaml yml zig`.split(/\s+/),
);
const plainNames =
  /^(?:Dockerfile|Makefile|Justfile|Procfile|LICENSE|CODEOWNERS|README|CHANGELOG|\.[a-z][\w.-]*rc|\.gitignore|\.env|\.npmrc|\.editorconfig)$/;
const roots =
  /^(?:\.github|api|app|apps|backend|client|cmd|config|docs|examples|frontend|internal|lib|packages|pkg|public|scripts|server|services|specs|src|test|tests|tools|web)\//;

/**
 * The paths that a text names: in backticks, or bare with a folder and an extension; in order, each once. Commands in
 * backticks (anything with a space), addresses, routes and method calls are none.
 */
export function namedFiles(text: string): readonly NamedFile[] {
  const found: { readonly at: number; readonly file: NamedFile }[] = [];
  const add = (at: number, file: NamedFile | undefined) => file && found.push({ at, file });
  for (const match of text.matchAll(quoted)) add(match.index, fromQuoted(match[1] ?? ''));
  const rest = text.replace(quoted, (whole) => '`'.repeat(whole.length));
  for (const match of rest.matchAll(bare)) add(match.index, normalise(match[0]));
  found.sort((a, b) => a.at - b.at);
  const seen = new Set<string>();
  return found
    .map(({ file }) => file)
    .filter(({ path }) => !seen.has(path) && seen.add(path) !== undefined);
}

function fromQuoted(token: string): NamedFile | undefined {
  const path = token.trim();
  if (/[\s()=;'",|\\]/.test(path) || path.includes('://')) return undefined;
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === '') return path.startsWith('/') || path === '/' ? undefined : normalise(path);
  const dot = name.lastIndexOf('.');
  const hasExtension = dot >= 0 && extensions.has(name.slice(dot + 1).toLowerCase());
  if (hasExtension || plainNames.test(name)) return normalise(path);
  if (name.includes('.') || path.startsWith('/')) return undefined;
  return roots.test(path) ? normalise(`${path}/`) : undefined;
}

/** A path within the repository, `undefined` when it leads out of it or has nothing definite. */
function normalise(path: string): NamedFile | undefined {
  const parts = path
    .replace(/^\/+/, '')
    .split('/')
    .filter((part) => part !== '.' && part !== '');
  if (parts.length === 0 || parts.includes('..') || path.startsWith('~')) return undefined;
  const open = parts.findIndex((part) => wildcard.test(part));
  if (open === -1) {
    return { path: parts.join('/') + (path.endsWith('/') ? '/' : ''), pattern: false };
  }
  return open === 0 ? undefined : { path: `${parts.slice(0, open).join('/')}/`, pattern: true };
}
