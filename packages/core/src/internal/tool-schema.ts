import type { JsonObject } from '../spec/json.ts';
import type { ToolSchema } from '../spec/tool.ts';

/**
 * The part of Standard Schema and Standard JSON Schema (standardschema.dev, version 1) that a tool's input needs;
 * zod from 4.2, arktype and valibot's `toStandardJsonSchema` give it.
 */
export interface StandardToolSchema<T> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Checks a value. */
    readonly validate: (value: unknown) => StandardResult<T> | Promise<StandardResult<T>>;
    readonly jsonSchema: {
      /** The JSON Schema of what is taken. */
      readonly input: (options: { readonly target: 'draft-2020-12' }) => Record<string, unknown>;
    };
  };
}

/** What a Standard Schema says of a value. */
export type StandardResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

/** One problem as a Standard Schema reports it. */
export interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** More problems than this help nobody. */
const PROBLEM_LIMIT = 20;

/**
 * Makes a tool's input schema from a schema of any library that speaks Standard Schema. The JSON Schema is made when it is
 * first read, without `$schema`, which some providers refuse. A schema that checks asynchronously refuses every value.
 */
export function toolSchema<T>(schema: StandardToolSchema<T>): ToolSchema<T> {
  const standard = schema['~standard'];
  let made: JsonObject | undefined;
  return {
    get jsonSchema(): JsonObject {
      made ??= jsonSchemaOf(schema);
      return made;
    },
    parse: (value) => {
      try {
        return answer(standard.validate(value));
      } catch (error) {
        return problem(`the value could not be checked: ${String(error)}`);
      }
    },
  };
}

function jsonSchemaOf<T>(schema: StandardToolSchema<T>): JsonObject {
  const { $schema: _, ...rest } = schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });
  return rest as JsonObject;
}

function answer<T>(
  result: StandardResult<T> | Promise<StandardResult<T>>,
): ReturnType<ToolSchema<T>['parse']> {
  if (result instanceof Promise) {
    result.catch(() => undefined);
    return problem('the schema checks asynchronously, which a tool input cannot wait for');
  }
  if (result.issues === undefined) return { ok: true, value: result.value };
  return { ok: false, problems: result.issues.slice(0, PROBLEM_LIMIT).map(inWords) };
}

function problem(text: string): { readonly ok: false; readonly problems: readonly string[] } {
  return { ok: false, problems: [text] };
}

function inWords(issue: StandardIssue): string {
  const path = (issue.path ?? []).map((step) => String(typeof step === 'object' ? step.key : step));
  return path.length === 0 ? issue.message : `${path.join('.')}: ${issue.message}`;
}
