import { ConfigError } from '../errors/config-error.ts';

/** The names of a team's models. */
type Names = Iterable<string>;

/** The name of a person, without the spaces around it; `undefined` for one that is none, or by which a model, a tool or the overseer goes. */
export function personIn(by: unknown, models: Names): string | undefined {
  const name = typeof by === 'string' ? by.trim() : '';
  const isModel = [...models].some((model) => model.toLowerCase() === name.toLowerCase());
  return name === '' || isModel || /^(model|tool|overseer)\b/i.test(name) ? undefined : name;
}

/** The name of the person who does something that no model may. Throws `ConfigError` `config.practice` for one that is none. */
export function requirePerson(by: unknown, models: Names, what: string): string {
  const name = personIn(by, models);
  if (name !== undefined) return name;
  throw new ConfigError(
    'config.practice',
    `Only a person ${what}, by a name such as 'ann' that no model of the team has, and not ${JSON.stringify(by)}.`,
  );
}
