import { command, filesChanged, tsc } from '@overseer/adapters/checks';
import { fileTools } from '@overseer/adapters/files';
import type { OverseerOptions, TeamEntry } from '@overseer/core';
import type { LimitText, Model, Price, Role, Tool, Validator } from '@overseer/core/spec';
import { bmad } from '@overseer/frameworks';

/** The parts of a team that works on files of a repository, beside its models. */
export interface TeamParts {
  readonly roles: Readonly<Record<string, Role>>;
  readonly tools: Readonly<Record<string, Tool>>;
  readonly validators: Readonly<Record<string, Validator>>;
  readonly frameworks: NonNullable<OverseerOptions['frameworks']>;
}

/** The roles, tools and checks of a team; with files to work on, or for answers in text alone. */
export function teamParts(options: {
  readonly hasFiles: boolean;
  readonly tsc?: string;
}): TeamParts {
  const tools = options.hasFiles ? fileTools() : {};
  const names = Object.keys(tools);
  return {
    tools,
    roles: {
      coder: {
        text: 'You write code and text in a repository. Do exactly the task, nothing beside it. Read what you need, write the files that the task names with your tools, then say in one or two sentences what you did.',
        tools: names,
        grants: ['read', 'write'],
        framework: 'bmad',
      },
      worker: {
        text: 'You do one task of a larger piece of work. Do exactly the task. Where you have tools, write the files that the task names with them, then say in one or two sentences what you did; else answer with the result and nothing else.',
        tools: names,
        grants: ['read', 'write'],
        framework: 'bmad',
      },
    },
    validators: {
      command: command(),
      files: filesChanged(),
      tsc: tsc(options.tsc === undefined ? {} : { bin: options.tsc }),
    },
    frameworks: { bmad },
  };
}

/**
 * A team of plain models: the first is the overseer, every other one works and stands in for its neighbours, and behind
 * them all the overseer helps out. One model alone does everything.
 */
export function teamOf(
  models: readonly Model[],
  limits: readonly LimitText[],
  prices: ReadonlyMap<string, Price> = new Map(),
): { readonly overseer: string; readonly models: Readonly<Record<string, TeamEntry<string>>> } {
  const names = models.map((model, at) => nameOf(model, at, models));
  const entries = models.map((model, at): readonly [string, TeamEntry<string>] => {
    const name = names[at] ?? '';
    const others = [...names.slice(1), names[0] ?? ''].filter((other) => other !== name);
    const price = priceOf(model, prices);
    const entry = { model, limits, ...(price === undefined ? {} : { price }) };
    return [name, at === 0 ? entry : { ...entry, role: 'coder', fallback: others }];
  });
  return { overseer: names[0] ?? '', models: Object.fromEntries(entries) };
}

/** What runs on this host costs nothing, unless somebody says otherwise. */
function priceOf({ info }: Model, prices: ReadonlyMap<string, Price>): Price | undefined {
  return prices.get(info.id) ?? info.price ?? (info.local === true ? FREE : undefined);
}

const FREE: Price = { input: 0, output: 0 };

/** The model's own name; a number behind it where two have the same. */
function nameOf(model: Model, at: number, all: readonly Model[]): string {
  const before = all.slice(0, at).filter(({ info }) => info.id === model.info.id).length;
  return before === 0 ? model.info.id : `${model.info.id}-${before + 1}`;
}
