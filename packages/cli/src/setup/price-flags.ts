import { ConfigError, suggest } from '@overseer/core/plugin';
import type { Model, Price } from '@overseer/core/spec';

/**
 * Reads prices as a person says them, `model=input/output` in US dollars per million tokens. Throws `ConfigError`
 * `config.command-line`, and `config.unknown-model` for a model that is not of the team.
 */
export function pricesOf(
  texts: readonly string[],
  models: readonly Model[],
): ReadonlyMap<string, Price> {
  const names = models.map(({ info }) => info.id);
  return new Map(texts.map((text) => readPrice(text, names)));
}

/** A budget in dollars holds only where every dollar is counted. Throws `ConfigError` `config.budget` for a model without a price. */
export function requirePrices(
  budgetUsd: number | undefined,
  models: readonly Model[],
  prices: ReadonlyMap<string, Price>,
): void {
  if (budgetUsd === undefined) return;
  const unknown = models.find(
    ({ info }) => info.local !== true && info.price === undefined && !prices.has(info.id),
  );
  if (unknown === undefined) return;
  const { id } = unknown.info;
  throw new ConfigError(
    'config.budget',
    `--budget counts dollars, and what ${id} costs is not known: say --price ${id}=INPUT/OUTPUT, in dollars per million tokens.`,
  );
}

function readPrice(text: string, names: readonly string[]): readonly [string, Price] {
  const match = /^(.+)=(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(text);
  if (match === null) {
    throw new ConfigError(
      'config.command-line',
      `--price takes a model and its dollars per million input and output tokens, such as gpt-5-mini=0.25/2, and got ${JSON.stringify(text)}.`,
    );
  }
  const [, said = '', input, output] = match;
  const name = names.find((known) => known === said || said.endsWith(`:${known}`));
  if (name === undefined) {
    throw new ConfigError(
      'config.unknown-model',
      `--price names ${JSON.stringify(said)}, which is not in the team; ${suggest(said, names)}.`,
    );
  }
  return [name, { input: Number(input), output: Number(output) }];
}
