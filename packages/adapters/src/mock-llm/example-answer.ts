import type { JsonObject } from '@overseer/core/spec';
import { asList, asObject, asText } from './json-reader.ts';
import type { MockToolCall } from './mock-reply.ts';
import type { MockRequest } from './mock-request.ts';
import { plainestValue } from './plainest-value.ts';

/** How an overseer asks for a verdict on work, in words: there is nothing to find fault with here. */
const VERDICT = /\{"verdict": ?"pass"/;
const PASS = JSON.stringify({ verdict: 'pass', score: 1, findings: [] });

/** An answer of the form that a request asks for, whatever its dialect; `undefined` where it may be in any words. */
export function exampleAnswer({
  body,
  lastText,
}: Pick<MockRequest, 'body' | 'lastText'>): string | undefined {
  const form = formOf(body);
  if (form !== undefined) return JSON.stringify(plainestValue(form));
  return VERDICT.test(lastText) ? PASS : undefined;
}

/** A call of the first tool that a request lets be called, with what its schema takes; `undefined` where there is none. */
export function exampleCall({
  body,
  tools,
}: Pick<MockRequest, 'body' | 'tools'>): MockToolCall | undefined {
  const [name] = tools;
  if (name === undefined) return undefined;
  const definition = definitionsIn(body).find((one) => one['name'] === name) ?? {};
  const { parameters, parametersJsonSchema, input_schema } = definition;
  const schema = asObject(parameters ?? parametersJsonSchema ?? input_schema);
  return { name, input: plainestValue(schema) };
}

/** The definitions of a request's tools, whatever its dialect puts around them. */
function definitionsIn(body: JsonObject): readonly JsonObject[] {
  return asList(body['tools'])
    .map(asObject)
    .flatMap((tool) => {
      const declared = asList(tool['functionDeclarations']).map(asObject);
      return declared.length > 0 ? declared : [asObject(tool['function'] ?? tool)];
    });
}

/** The schema of the answer; an empty one where any JSON will do. */
function formOf(body: JsonObject): JsonObject | undefined {
  const google = asObject(body['generationConfig']);
  const chat = asObject(body['response_format']);
  const response = asObject(asObject(body['text'])['format']);
  const anthropic = asObject(asObject(body['output_config'])['format']);
  const schemas = [
    asObject(chat['json_schema'])['schema'] ?? chat['json_schema'] ?? chat['schema'],
    response['schema'],
    anthropic['schema'],
    google['responseJsonSchema'] ?? google['responseSchema'],
    body['format'],
  ];
  const schema = schemas.find((one) => Object.keys(asObject(one)).length > 0);
  if (schema !== undefined) return asObject(schema);
  const isJson =
    [chat['type'], response['type'], anthropic['type'], body['format']].some((type) =>
      /^json/.test(asText(type)),
    ) || google['responseMimeType'] === 'application/json';
  return isJson ? { type: 'object' } : undefined;
}
