import type { SchemaRules } from './fit-schemas.ts';
import type { SchemaDialect } from './schema-dialect.ts';

/** What OpenAI takes where answers are held to a schema exactly; every other schema it takes as it is. */
const OPENAI_STRICT: SchemaDialect = {
  name: 'OpenAI',
  keywords: new Set([
    '$defs',
    '$ref',
    'type',
    'title',
    'description',
    'enum',
    'const',
    'anyOf',
    'properties',
    'required',
    'additionalProperties',
    'items',
    'minItems',
    'maxItems',
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'multipleOf',
    'pattern',
    'format',
  ]),
  formats: new Set([
    'date-time',
    'time',
    'date',
    'duration',
    'email',
    'hostname',
    'ipv4',
    'ipv6',
    'uuid',
  ]),
  anyEnum: true,
  closed: true,
  asOf: '2026-11-27',
  source: 'https://platform.openai.com/docs/guides/structured-outputs#supported-schemas',
};

/** How OpenAI, and servers that speak as it does, take schemas. */
export const OPENAI_SCHEMAS: SchemaRules = {
  output: {
    dialect: OPENAI_STRICT,
    of: 'strict',
    demands: { allRequired: true, objectRoot: true },
  },
  tools: { dialect: OPENAI_STRICT, of: 'strict', demands: { allRequired: true, objectRoot: true } },
};

/** What Anthropic makes grammars of; its client leaves out the same, and puts it into descriptions. */
const ANTHROPIC: SchemaDialect = {
  name: 'Anthropic',
  keywords: new Set([
    '$defs',
    '$ref',
    'type',
    'title',
    'description',
    'enum',
    'const',
    'anyOf',
    'properties',
    'required',
    'additionalProperties',
    'items',
    'minItems',
    'format',
  ]),
  formats: new Set([
    'date-time',
    'time',
    'date',
    'duration',
    'email',
    'hostname',
    'uri',
    'ipv4',
    'ipv6',
    'uuid',
  ]),
  anyEnum: true,
  closed: true,
  mostMinItems: 1,
  loneRefs: true,
  asOf: '2026-11-27',
  source: 'https://platform.claude.com/docs/en/build-with-claude/structured-outputs',
};

/** How Anthropic takes schemas: answers are always held to theirs, inputs of tools where that is asked for. */
export const ANTHROPIC_SCHEMAS: SchemaRules = {
  output: { dialect: ANTHROPIC, of: 'all', demands: { finite: true } },
  tools: { dialect: ANTHROPIC, of: 'strict', demands: { finite: true } },
};

/** What llama.cpp makes grammars of, which Ollama and LM Studio do by it. */
const GRAMMAR: Omit<SchemaDialect, 'name'> = {
  keywords: new Set([
    '$defs',
    '$ref',
    'type',
    'title',
    'description',
    'default',
    'enum',
    'const',
    'anyOf',
    'oneOf',
    'allOf',
    'properties',
    'required',
    'additionalProperties',
    'items',
    'prefixItems',
    'minItems',
    'maxItems',
    'minLength',
    'maxLength',
    'minimum',
    'maximum',
    'exclusiveMinimum',
    'exclusiveMaximum',
    'pattern',
    'format',
  ]),
  formats: new Set(['date', 'time', 'date-time', 'uuid']),
  anyEnum: true,
  anchoredPatterns: true,
  asOf: '2026-11-27',
  source: 'https://github.com/ggml-org/llama.cpp/blob/master/grammars/README.md',
};

/** How servers that make grammars by llama.cpp take schemas, under their own name. */
export function grammarSchemas(name: string): SchemaRules {
  // Whatever a model is shown of its tools may stay, but for patterns that no grammar can be made of.
  const tools = { ...GRAMMAR, name, keywords: { has: () => true } };
  const { formats: _, ...shown } = tools;
  return {
    output: { dialect: { ...GRAMMAR, name }, of: 'all' },
    tools: { dialect: shown, of: 'all' },
  };
}

/** How Ollama takes schemas: it makes grammars for answers, and shows models their tools as they are. */
export const OLLAMA_SCHEMAS: SchemaRules = {
  output: { dialect: { ...GRAMMAR, name: 'Ollama' }, of: 'all' },
};
