import { hash } from 'node:crypto';
import { canonicalJson } from '../internal/canonical-json.ts';
import type { CacheScope } from '../spec/answer-store.ts';
import type { Meta } from '../spec/message.ts';
import type { ModelInfo, ModelRequest, ToolDescription } from '../spec/model.ts';

/** All that can change the answer to a request. */
export interface CacheKeyInput {
  readonly request: ModelRequest;
  readonly model: Pick<ModelInfo, 'provider' | 'id'>;
  /** The model's name in the team, as two of one id may stand behind two servers. */
  readonly name: string;
  /** Whatever else the host knows to change answers, such as the date of a model behind an alias. */
  readonly version?: string;
  /** The version of the template that the prompt was made of. */
  readonly template?: string;
  readonly scope: CacheScope;
  /** The host's word that an answer from before is as good as a new one, for requests that do not say so themselves. */
  readonly deterministic?: boolean;
}

/** The form of the keys; raised with every change of what they are made of. */
const KEY_VERSION = 1;

/** Letters of a key that tell its scope. */
const SCOPE_LENGTH = 16;

/**
 * The key under which the answer to a request may be kept: the SHA-256 of its canonical form behind that of its scope.
 * The order of keys and tools does not change it, anything that can change the answer does. `undefined` where two
 * answers to one request may differ: neither `temperature: 0`, nor a seed, nor `deterministic`.
 */
export function cacheKey(input: CacheKeyInput): string | undefined {
  const { request } = input;
  const isFixed = request.temperature === 0 || request.seed !== undefined;
  if (!isFixed && input.deterministic !== true) return undefined;
  const scope = scopeKey(input.scope);
  const form = canonicalJson([
    KEY_VERSION,
    scope,
    [input.model.provider, input.model.id, input.name, input.version],
    input.template,
    filled(request),
  ]);
  return `${scope}.${hash('sha256', form)}`;
}

/** What the keys of a scope begin with. */
export function scopeKey(scope: CacheScope): string {
  return hash('sha256', canonicalJson(scope)).slice(0, SCOPE_LENGTH);
}

/** Whether a key belongs to the scope that begins so. */
export function isOfScope(key: string, scope: string): boolean {
  return key.length > SCOPE_LENGTH && key.startsWith(scope) && key[SCOPE_LENGTH] === '.';
}

/** The request with its defaults, so that leaving one out and giving it come to the same. */
function filled(request: ModelRequest): unknown {
  const { messages, tools = [], toolChoice = 'auto', stop = [], options } = request;
  return {
    ...request,
    messages: messages.map(({ role, parts, meta }) => ({
      role,
      parts: parts.map((part) => ({ ...part, meta: withoutEmpty(part.meta) })),
      meta: withoutEmpty(meta),
    })),
    tools: tools.length < 2 ? tools : [...tools].sort(byName),
    // Without tools there is nothing to choose.
    toolChoice: tools.length === 0 ? undefined : toolChoice,
    stop,
    options: withoutEmpty(options),
  };
}

function byName(a: ToolDescription, b: ToolDescription): number {
  if (a.name === b.name) return 0;
  return a.name < b.name ? -1 : 1;
}

function withoutEmpty(meta: Meta | undefined): Meta | undefined {
  return meta === undefined || Object.keys(meta).length === 0 ? undefined : meta;
}
