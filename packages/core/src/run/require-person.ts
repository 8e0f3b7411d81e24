import { ConfigError } from '../errors/config-error.ts';

/** The name of the person who does something that no model may. Throws `ConfigError` `config.practice` for one that is none, or a model's. */
export function requirePerson(
  by: unknown,
  members: { has(name: string): boolean },
  what: string,
): string {
  const name = typeof by === 'string' ? by.trim() : '';
  if (name !== '' && !members.has(name)) return name;
  throw new ConfigError(
    'config.practice',
    `Only a person ${what}, by a name such as 'ann' that no model of the team has, and not ${JSON.stringify(by)}.`,
  );
}
