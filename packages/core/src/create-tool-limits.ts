import { checkApart } from './create-limits.ts';
import { ConfigError } from './errors/config-error.ts';
import { OverseerError } from './errors/overseer-error.ts';
import { requireKnown } from './internal/require-known.ts';
import { toolLimitRule } from './limit/tool-limit-rule.ts';
import { ToolLimits } from './limit/tool-limits.ts';
import type { ToolRules } from './limit/tool-rules.ts';
import type { Registries } from './spec/plugin.ts';
import type { ToolLimit } from './tool-limit-options.ts';

/** A rate limit is over within a minute; whoever waits that long saves the model a turn in which it could do nothing. */
const PATIENCE_MS = 60_000;

/**
 * Makes the quotas of tools out of the options. Throws `ConfigError`: `config.limit` for a limit that is wrong or for
 * somebody who is not there, `config.unknown-tool`, `config.unknown-model` and `config.unknown-role` for names.
 */
export function createToolLimits(
  options: readonly ToolLimit[] | undefined,
  registered: Pick<Required<Registries>, 'tools' | 'models' | 'roles'>,
): ToolLimits {
  return new ToolLimits(
    (options ?? []).map((limit, at) => rulesOf(limit, `toolLimits[${at}]`, registered)),
  );
}

function rulesOf(
  { tool, per, of, limits, patienceMs = PATIENCE_MS }: ToolLimit,
  where: string,
  { tools, models, roles }: Pick<Required<Registries>, 'tools' | 'models' | 'roles'>,
): ToolRules {
  const names = [...new Set(typeof tool === 'string' ? [tool] : tool)];
  for (const name of names) {
    requireKnown(`name in ${where}.tool`, name, Object.keys(tools), 'config.unknown-tool');
  }
  if (of !== undefined) checkOwner(per, of, where, { models, roles });
  const costed = names.map((name) => ({ name, cost: tools[name]?.cost }));
  const rules = limits.map((limit) => {
    try {
      return toolLimitRule(limit, costed);
    } catch (error) {
      throw OverseerError.is(error) ? wrongLimit(names.join(' + '), error) : error;
    }
  });
  checkApart(`tool ${names.join(' + ')}`, rules);
  return { tools: names, per: per ?? 'all', of, rules, patienceMs };
}

function checkOwner(
  per: ToolLimit['per'],
  of: string,
  where: string,
  { models, roles }: Pick<Required<Registries>, 'models' | 'roles'>,
): void {
  if (per === undefined) {
    throw new ConfigError(
      'config.limit',
      `${where} counts every call together, so it is of nobody; say by what with "per", or leave "of" out.`,
    );
  }
  if (per === 'run') {
    throw new ConfigError(
      'config.limit',
      `${where} is of the run ${JSON.stringify(of)}, and would count nothing, since a run gets its id when it begins; leave "of" out, so that each run has such a limit.`,
    );
  }
  const what = `name in ${where}.of`;
  if (per === 'model') requireKnown(what, of, Object.keys(models), 'config.unknown-model');
  if (per === 'role') requireKnown(what, of, Object.keys(roles), 'config.unknown-role');
}

function wrongLimit(tools: string, cause: OverseerError): ConfigError {
  const message = `A limit of the tool ${tools} is wrong. ${cause.message}`;
  return new ConfigError(cause.code, message, { cause });
}
