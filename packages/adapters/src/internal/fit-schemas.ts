import type { JsonObject, ModelRequest, ModelWarning, ToolDescription } from '@overseer/core/spec';
import { normaliseSchema, schemaDetail } from './normalise-schema.ts';
import type { SchemaDialect } from './schema-dialect.ts';
import { type StrictDemands, whyNotStrict } from './strict-schema.ts';

/** How a provider takes the schemas of answers, or of tools. */
export interface SchemaRule {
  readonly dialect: SchemaDialect;
  /** Whether this holds of every schema, or of those alone that are to be held to exactly (`strict`); others go as they are. */
  readonly of: 'all' | 'strict';
  /** What a schema must be where answers are held to it exactly; missing where nothing is asked. */
  readonly demands?: StrictDemands;
}

/** How a provider takes schemas; what is missing goes as it is. */
export interface SchemaRules {
  readonly output?: SchemaRule;
  readonly tools?: SchemaRule;
}

/** Writes the schemas of a request as its provider takes them, and adds what was changed to the warnings. */
export type FitSchemas = (request: ModelRequest, warnings: ModelWarning[]) => ModelRequest;

/**
 * Makes the schemas of requests fit one provider, so that none is refused for a word of JSON Schema. A schema that cannot be
 * held to exactly is sent without `strict`; where the provider knows no other way, an answer goes without its schema. What
 * was worked out for a schema, or a list of tools, is kept for as long as that lives: they must not be changed.
 */
export function createSchemaFitting({ output, tools }: SchemaRules): FitSchemas {
  const fitOutput = output === undefined ? undefined : remembering(outputBy(output));
  const fitTools = tools === undefined ? undefined : remembering(toolsBy(tools));
  return (request, warnings) => {
    const wanted = request.output?.schema === undefined ? undefined : request.output;
    const offered = request.tools?.length ? request.tools : undefined;
    const said = wanted && fitOutput?.(wanted);
    const listed = offered && fitTools?.(offered);
    if (said !== undefined) warnings.push(...said.warnings);
    if (listed !== undefined) warnings.push(...listed.warnings);
    return withTools(withOutput(request, said?.value), listed?.value);
  };
}

function withOutput(
  request: ModelRequest,
  said: Pick<ModelRequest, 'output'> | undefined,
): ModelRequest {
  if (said === undefined || said.output === request.output) return request;
  const { output: _, ...rest } = request;
  return { ...rest, ...said };
}

function withTools(
  request: ModelRequest,
  tools: readonly ToolDescription[] | undefined,
): ModelRequest {
  return tools === undefined || tools === request.tools ? request : { ...request, tools };
}

interface Fitted<T> {
  readonly value: T;
  readonly warnings: readonly ModelWarning[];
}

function remembering<K extends object, T>(fit: (given: K) => Fitted<T>): (given: K) => Fitted<T> {
  const known = new WeakMap<K, Fitted<T>>();
  return (given) => {
    const before = known.get(given);
    if (before !== undefined) return before;
    const fitted = fit(given);
    known.set(given, fitted);
    return fitted;
  };
}

type Output = NonNullable<ModelRequest['output']>;

function outputBy(rule: SchemaRule): (output: Output) => Fitted<Pick<ModelRequest, 'output'>> {
  return (output) => {
    const { schema, strict } = output;
    if (schema === undefined) return { value: { output }, warnings: [] };
    const said = fit(schema, strict, 'output', rule);
    if (said.kind === 'fits')
      return { value: { output: { ...output, ...said.fitted } }, warnings: said.warnings };
    // Without a schema there is no JSON to be had from it, so that the prompt alone says what is wanted.
    return { value: {}, warnings: said.warnings };
  };
}

function toolsBy(
  rule: SchemaRule,
): (tools: readonly ToolDescription[]) => Fitted<readonly ToolDescription[]> {
  return (tools) => {
    const warnings: ModelWarning[] = [];
    const value = tools.map((tool) => {
      const said = fit(tool.input, tool.strict, `tool ${tool.name}`, rule);
      warnings.push(...said.warnings);
      if (said.kind === 'out') return { ...tool, strict: false };
      const { schema: input, ...strict } = said.fitted;
      return { ...tool, input, ...strict };
    });
    return { value: warnings.length === 0 && value.every(isSame(tools)) ? tools : value, warnings };
  };
}

/** Whether nothing of a tool was changed, so that the list can stay the one that others know. */
function isSame(tools: readonly ToolDescription[]) {
  return (tool: ToolDescription, index: number): boolean => {
    const given = tools[index];
    return tool.input === given?.input && tool.strict === given.strict;
  };
}

type Outcome = { readonly warnings: readonly ModelWarning[] } & (
  | {
      readonly kind: 'fits';
      readonly fitted: { readonly schema: JsonObject; readonly strict?: boolean };
    }
  | { readonly kind: 'out' }
);

function fit(
  schema: JsonObject,
  strict: boolean | undefined,
  what: string,
  { dialect, of, demands }: SchemaRule,
): Outcome {
  if (of === 'strict' && strict !== true) return { kind: 'fits', fitted: { schema }, warnings: [] };
  const why = demands === undefined ? undefined : whyNotStrict(schema, demands);
  if (why !== undefined) {
    const detail = `${dialect.name} cannot hold an answer to this schema: ${why}; `;
    return of === 'strict'
      ? {
          kind: 'fits',
          fitted: { schema, strict: false },
          warnings: [{ kind: 'adjusted', what, detail: `${detail}it is sent without strict` }],
        }
      : {
          kind: 'out',
          warnings: [{ kind: 'unsupported', what, detail: `${detail}it is left out` }],
        };
  }
  const said = normaliseSchema(schema, dialect);
  const detail = schemaDetail(said, dialect);
  const changed = detail !== undefined;
  return {
    kind: 'fits',
    fitted: { schema: changed ? said.schema : schema },
    warnings: changed ? [{ kind: 'adjusted', what, detail }] : [],
  };
}
