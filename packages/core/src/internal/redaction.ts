import type { Json } from '../spec/json.ts';

/** Something to look for in texts. */
export interface SecretPattern {
  /** What it is, as the mark in its place says: `api-key`. */
  readonly name: string;
  /** Global; its first group, where it has one that matched, stays in front of the mark. */
  readonly pattern: RegExp;
  /** A text without any of these words has nothing to find; it is not looked through. In small letters. */
  readonly hints?: readonly string[];
}

/** What stands in place of something that was not written down. Its brackets are found in hardly any text. */
export function redactedMark(name: string): string {
  return `⟦redacted: ${name}⟧`;
}

/** Whether something in a value was not written down, or is sealed under a key that is not there. */
export function holdsRedacted(value: Json): boolean {
  if (typeof value === 'string')
    return value.includes('⟦redacted: ') || value.includes('⟦sealed: ');
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(holdsRedacted);
}

/** Keys, tokens and passwords as they are commonly written. Each takes time in proportion to the text. */
export const SECRETS: readonly SecretPattern[] = [
  {
    name: 'private-key',
    pattern:
      /-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[\w\s+/=\\:,.]{0,6000}-----END [A-Z ]{0,30}PRIVATE KEY-----/g,
    hints: ['private key'],
  },
  {
    name: 'api-key',
    pattern: /\b(?:sk|pk|rk|gsk|xai|pplx|hf|r8)[-_][\w.-]{16,}/g,
    hints: ['sk', 'pk', 'rk', 'xai', 'pplx', 'hf', 'r8'],
  },
  { name: 'api-key', pattern: /\bAIza[\w-]{30,}/g, hints: ['aiza'] },
  { name: 'api-key', pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, hints: ['akia', 'asia'] },
  {
    name: 'token',
    pattern: /\bgh[pousr]_\w{30,}|\bgithub_pat_\w{22,}|\bglpat-[\w-]{18,}|\bnpm_\w{30,}/g,
    hints: ['gh', 'glpat', 'npm_'],
  },
  { name: 'token', pattern: /\bxox[abeprs]-[\w-]{10,}/g, hints: ['xox'] },
  { name: 'token', pattern: /\beyJ[\w-]{8,}\.eyJ[\w-]{8,}\.[\w-]{8,}/g, hints: ['eyj'] },
  { name: 'token', pattern: /(\bBearer\s{1,4})[\w.~+/-]{16,}=*/gi, hints: ['bearer'] },
  {
    name: 'password',
    pattern: /(\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"']{1,100}:)[^\s@/"']{1,200}(?=@)/gi,
    hints: ['://'],
  },
  {
    name: 'password',
    // A value with a digit in it, or in quotes: `password: string` and `token = next()` are code.
    pattern:
      /((?:password|passwd|passphrase|secret|api[-_ ]?key|access[-_ ]?key|auth[-_ ]?token|access[-_ ]?token)["'\\]{0,4}\s{0,4}[:=]\s{0,4})(?:\\{0,2}"[^"\\\s]{6,200}|'[^'\\\s]{6,200}|(?=[^\s"',;(){}<>]{0,60}\d)[^\s"',;(){}<>⟦]{8,200})/gi,
    hints: ['pass', 'secret', 'key', 'token'],
  },
];

/** Names of fields whose text is a secret, whatever it looks like. */
const SECRET_FIELD =
  /^(?:password|passwd|passphrase|secret|client[-_]?secret|api[-_]?key|access[-_]?key|secret[-_]?key|private[-_]?key|auth[-_]?token|access[-_]?token|refresh[-_]?token|authorization|cookie)$/i;

/** Most fields have shorter names than any of these. */
const SHORTEST_FIELD = 'passwd'.length;

/** Whether a field of that name holds a secret. */
export function isSecretField(name: string): boolean {
  return name.length >= SHORTEST_FIELD && SECRET_FIELD.test(name);
}

/** The text with a mark in place of whatever is found; the very text where there is nothing. */
export function redactText(text: string, patterns: readonly SecretPattern[]): string {
  if (text.length < SHORTEST) return text;
  const small = text.toLowerCase();
  let clean = text;
  for (const { name, pattern, hints } of patterns) {
    if (hints !== undefined && !hints.some((hint) => small.includes(hint))) continue;
    clean = clean.replace(pattern, (_found, before: unknown) =>
      typeof before === 'string' ? `${before}${redactedMark(name)}` : redactedMark(name),
    );
  }
  return clean;
}

/** Nothing shorter is a secret. */
const SHORTEST = 8;
