import { ConfigError } from './errors/config-error.ts';
import { patternProblem } from './internal/framework/safe-pattern.ts';
import { SECRETS, type SecretPattern } from './internal/redaction.ts';
import { createRedactor, type Redactor } from './journal/redactor.ts';
import type { ValueSealer } from './journal/sealed-values.ts';
import type { Tool } from './spec/tool.ts';

/** What is not written into the journal, beside what tools call sensitive. */
export interface RedactOptions {
  /** Whether keys, tokens and passwords as they are commonly written are found; the default is `true`. */
  readonly known?: boolean;
  /** What else to look for, by the name that the mark in its place gives. */
  readonly patterns?: Readonly<Record<string, RegExp>>;
}

/**
 * The redactor that options ask for; none where they ask for none. Throws `ConfigError` `config.redact` for a pattern whose
 * matching could take too long.
 */
export function redactorOf(
  redact: boolean | RedactOptions | undefined,
  tools: ReadonlyMap<string, Tool>,
  sealing: {
    readonly sealer?: ValueSealer | undefined;
    readonly fields?: readonly string[] | undefined;
  } = {},
): Redactor | undefined {
  const { sealer, fields } = sealing;
  const sealed = { sealer, sensitive: new Set(fields) };
  if (redact === undefined || redact === false) {
    return sealer === undefined
      ? undefined
      : createRedactor({ patterns: [], fields: false, tools, ...sealed });
  }
  const { known = true, patterns = {} } = redact === true ? {} : redact;
  const own = Object.entries(patterns).map(([name, pattern]) => ownPattern(name, pattern));
  const all = [...own, ...(known ? SECRETS : [])];
  return createRedactor({ patterns: all, fields: known, tools, ...sealed });
}

function ownPattern(name: string, { source, flags }: RegExp): SecretPattern {
  const plain = flags.replace(/[gdy]/g, '');
  const problem = patternProblem({ pattern: source, flags: plain });
  if (problem !== undefined)
    throw new ConfigError('config.redact', `redact.patterns.${name}: ${problem}`);
  // A group of the host's own is part of what is hidden.
  return { name, pattern: new RegExp(`(?:${source})`.replace(/\((?![?])/g, '(?:'), `${plain}g`) };
}
