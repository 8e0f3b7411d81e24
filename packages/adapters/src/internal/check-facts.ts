import { ConfigError } from '@overseer/core/plugin';
import type { ModelCapabilities, Price } from '@overseer/core/spec';

const PRICES: readonly (keyof Price)[] = ['input', 'output', 'cacheRead', 'cacheWrite', 'request'];

const SUPPORT: readonly unknown[] = [true, false, 'unknown'];

const ABILITIES: Readonly<Record<keyof ModelCapabilities, readonly unknown[]>> = {
  tools: SUPPORT,
  json: ['schema', 'object', 'none', 'unknown'],
  reasoning: SUPPORT,
  image: SUPPORT,
};

/** What is checked, as plain JavaScript may give it. */
export interface UncheckedFacts {
  readonly contextWindow?: unknown;
  readonly maxOutput?: unknown;
  readonly price?: unknown;
  readonly can?: unknown;
}

/** Checks what a host says of a model. Throws `ConfigError` `config.model-option` for what cannot be, such as a price that is no number. */
export function checkFacts(
  where: string,
  { contextWindow, maxOutput, price, can }: UncheckedFacts,
): void {
  const problem =
    tokensProblem('contextWindow', contextWindow) ??
    tokensProblem('maxOutput', maxOutput) ??
    priceProblem(price) ??
    abilityProblem(can);
  if (problem !== undefined) throw new ConfigError('config.model-option', `${where}: ${problem}`);
}

function tokensProblem(option: string, value: unknown): string | undefined {
  if (value === undefined || (Number.isSafeInteger(value) && Number(value) > 0)) return undefined;
  return `${option} is ${shown(value)}; give a whole number of tokens above 0`;
}

function priceProblem(price: unknown): string | undefined {
  if (price === undefined) return undefined;
  if (typeof price !== 'object' || price === null) {
    return `price is ${shown(price)}; give dollars per million tokens, such as { input: 1, output: 5 }`;
  }
  const given = new Map<string, unknown>(Object.entries(price));
  for (const name of PRICES) {
    const value = given.get(name);
    const isLeftOut = value === undefined && name !== 'input' && name !== 'output';
    if (isLeftOut || (typeof value === 'number' && Number.isFinite(value) && value >= 0)) continue;
    return `price.${name} is ${shown(value)}; give dollars per million tokens, from 0 on`;
  }
  return undefined;
}

function abilityProblem(can: unknown): string | undefined {
  if (can === undefined) return undefined;
  if (typeof can !== 'object' || can === null) return `can is ${shown(can)}; give an object`;
  const given = new Map<string, unknown>(Object.entries(can));
  for (const [name, values] of Object.entries(ABILITIES)) {
    const value = given.get(name);
    if (value === undefined || values.includes(value)) continue;
    return `can.${name} is ${shown(value)}; give one of ${values.map(shown).join(', ')}`;
  }
  return undefined;
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
