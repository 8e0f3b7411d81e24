import type { JsonObject } from '@overseer/core/spec';
import { type Asked, askedFrom, type Malformed, toolName } from '../asked.ts';
import { asList, asNumber, asObject, asText, contentText } from '../json-reader.ts';
import type { MockMessage } from '../mock-request.ts';
import { type ToolChoice, unknownTool } from '../tool-choice.ts';

/** Reads the body of a request for content; its model and whether it streams stand in its path, and are put in beside it. */
export function readContent(body: JsonObject): Asked | Malformed {
  const contents = asList(body['contents']).map(asObject);
  if (contents.length === 0)
    return { malformed: '* GenerateContentRequest.contents: contents is not specified' };
  const wrong = wrongCalls(contents, asText(body['model']));
  if (wrong !== undefined) return { malformed: wrong };
  const tools = asList(body['tools']).flatMap((tool) =>
    asList(asObject(tool)['functionDeclarations']),
  );
  const toolChoice = readToolChoice(body);
  const unknown = unknownTool(tools.map(toolName), toolChoice);
  if (unknown !== undefined)
    return { malformed: `${CHOICE}.allowed_function_names: '${unknown}' is not declared` };
  const system = asObject(body['systemInstruction'] ?? body['system_instruction']);
  const config = asObject(body['generationConfig'] ?? body['generation_config']);
  const unfit = wrongConfig(config);
  if (unfit !== undefined) return { malformed: `${CONFIG}.${unfit}` };
  const maxOutputTokens = asNumber(config['maxOutputTokens']);
  return askedFrom({
    body: { ...body, ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }) },
    system: contentText(system['parts']),
    messages: contents.map(readTurn),
    tools,
    toolChoice,
    choices: asNumber(config['candidateCount']),
    logprobs: config['responseLogprobs'] === true ? (asNumber(config['logprobs']) ?? 0) : undefined,
    maxTokens: ['maxOutputTokens'],
    stop: config['stopSequences'],
  });
}

/** What is wrong with how a reply is to be. */
function wrongConfig(config: JsonObject): string | undefined {
  const count = asNumber(config['candidateCount']) ?? 1;
  if (count < 1 || count > MOST_CANDIDATES)
    return `candidate_count: must be between 1 and ${MOST_CANDIDATES}`;
  if (config['logprobs'] !== undefined && config['responseLogprobs'] !== true)
    return 'logprobs: needs response_logprobs to be true';
  return asList(config['stopSequences']).length > MOST_STOPS
    ? `stop_sequences: must have at most ${MOST_STOPS} elements`
    : undefined;
}

const MOST_CANDIDATES = 8;
const MOST_STOPS = 5;
const CONFIG = '* GenerateContentRequest.generation_config';
const CHOICE = '* GenerateContentRequest.tool_config.function_calling_config';

function readToolChoice(body: JsonObject): ToolChoice {
  const { mode, allowedFunctionNames } = asObject(
    asObject(body['toolConfig'] ?? body['tool_config'])['functionCallingConfig'],
  );
  const named = asList(allowedFunctionNames).map(asText);
  const only = named.length === 0 ? {} : { only: named };
  if (mode === 'NONE') return { mode: 'none' };
  return { mode: mode === 'ANY' ? 'required' : 'auto', ...only };
}

function readTurn(content: JsonObject): MockMessage {
  const parts = partsOf(content);
  return {
    role: content['role'] === 'model' ? 'assistant' : 'user',
    text: parts.map((part) => (part['thought'] === true ? '' : asText(part['text']))).join(''),
    toolCalls: named(parts, 'functionCall').map(({ id, name, args }) => ({
      id: asText(id),
      name: asText(name),
      input: args ?? {},
    })),
    toolResults: named(parts, 'functionResponse').map(({ id, response }) => ({
      id: asText(id),
      text: JSON.stringify(response ?? null),
    })),
  };
}

/** Google refuses calls without as many results in the very next turn, and from its third generation on those without a signature. */
function wrongCalls(contents: readonly JsonObject[], model: string): string | undefined {
  for (const [index, content] of contents.entries()) {
    const calls = partsOf(content).filter((part) => part['functionCall'] !== undefined);
    const results = named(partsOf(contents[index + 1] ?? {}), 'functionResponse');
    if (calls.length > 0 && results.length !== calls.length) return UNEQUAL;
    const [first] = calls;
    if (first !== undefined && isSigned(model) && asText(first['thoughtSignature']) === '') {
      const { name } = asObject(first['functionCall']);
      return `Function call is missing a thought_signature in functionCall parts. Additional data, function call \`${asText(name)}\`, position ${index}.`;
    }
  }
  return undefined;
}

const UNEQUAL =
  'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.';

/** Whether a model signs its calls, and wants to see the signature again. */
export function isSigned(model: string): boolean {
  return /^gemini-([3-9]|\d\d)/.test(model);
}

function partsOf(content: JsonObject): readonly JsonObject[] {
  return asList(content['parts']).map(asObject);
}

function named(parts: readonly JsonObject[], name: string): readonly JsonObject[] {
  return parts.filter((part) => part[name] !== undefined).map((part) => asObject(part[name]));
}
