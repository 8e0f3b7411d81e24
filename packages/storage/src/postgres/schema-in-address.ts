import { ConfigError } from '@overseer/core/plugin';

/** What names the schema of a journal in its address; no driver knows it. */
const PARAMETER = 'overseer_schema';

/** Addresses as the driver may see them, and the schema that they named. */
export interface WithoutSchema {
  readonly addresses: readonly string[];
  /** `undefined` where no address names one. */
  readonly schema: string | undefined;
}

/**
 * Takes `?overseer_schema=NAME` out of addresses. Throws `ConfigError` `config.invalid` where two names are said, of which one may be that of
 * the options.
 */
export function takeSchema(
  given: readonly string[],
  option: string | undefined = undefined,
): WithoutSchema {
  const taken = given.map(parted);
  const names = [option ?? [], ...taken.map(({ schemas }) => schemas)].flat();
  const said = new Set(names);
  const [schema] = said;
  if (said.size <= 1) return { addresses: taken.map(({ address }) => address), schema };
  const both = [...said].map((name) => JSON.stringify(name)).join(' and ');
  throw new ConfigError(
    'config.invalid',
    `Two schemas are named, ${both}: a journal is in one; say it once, by ${PARAMETER} in the address or by the option schema.`,
  );
}

/** What people are to see of it behind an address: nothing where no name stands there that could be one. */
export function shownSchema(address: string): string {
  const [name] = parted(address).schemas;
  return name !== undefined && /^\w{1,63}$/.test(name) ? `?${PARAMETER}=${name}` : '';
}

function parted(address: string): {
  readonly address: string;
  readonly schemas: readonly string[];
} {
  const [, before = '', query, after = ''] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(address) ?? [];
  if (query === undefined) return { address, schemas: [] };
  const parts = query.split('&');
  const isSchema = (part: string): boolean => part.startsWith(`${PARAMETER}=`);
  const rest = parts.filter((part) => !isSchema(part));
  const schemas = parts.filter(isSchema).map((part) => part.slice(PARAMETER.length + 1));
  const kept = rest.length === 0 ? '' : `?${rest.join('&')}`;
  return { address: `${before}${kept}${after}`, schemas };
}
