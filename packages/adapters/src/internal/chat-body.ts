import { defined } from '@overseer/core/plugin';
import type { JsonObject, ModelRequest, ModelWarning, ToolDescription } from '@overseer/core/spec';
import type { ChatBody } from './chat-stream.ts';
import { createSchemaFitting, type SchemaRules } from './fit-schemas.ts';
import { type OpenAiMessageOptions, openAiMessages } from './openai-messages.ts';
import { openAiSettings, openAiTools, type SettingFields } from './openai-request.ts';
import { OPENAI_SCHEMAS } from './schema-dialects.ts';

/** What does not change from call to call. */
export interface ChatBodyOptions extends OpenAiMessageOptions, Partial<SettingFields> {
  /** Whose `request.options` are passed on as they are. */
  readonly provider: string;
  /** `false` leaves `stream_options` out; the default is to ask for usage by it. */
  readonly streamOptions?: boolean;
  /** How the server takes schemas; the default is as OpenAI does. */
  readonly schemas?: SchemaRules;
  /** Fields of every request. */
  readonly extra: JsonObject;
}

/** Writes the bodies of one model's calls; what stays the same (its tools above all) is serialised once. */
export function createChatBody(
  options: ChatBodyOptions,
): (model: string, request: ModelRequest) => ChatBody {
  const always = {
    ...options.extra,
    stream: true,
    ...(options.streamOptions === false ? {} : { stream_options: { include_usage: true } }),
  };
  const fields = { maxTokensField: 'max_tokens' as const, ...fieldsOf(options) };
  const tail = JSON.stringify(always).slice(1);
  const toolTexts = new WeakMap<readonly ToolDescription[], string>();
  const toolText = (tools: readonly ToolDescription[]): string => {
    let text = toolTexts.get(tools);
    if (text === undefined) {
      text = JSON.stringify(openAiTools(tools));
      toolTexts.set(tools, text);
    }
    return text;
  };
  let head = { model: '', text: '' };
  const fit = createSchemaFitting(options.schemas ?? OPENAI_SCHEMAS);
  return (model, given) => {
    const warnings: ModelWarning[] = [];
    const request = fit(given, warnings);
    const messages = openAiMessages(request.messages, warnings, options);
    const settings = openAiSettings(request, fields);
    warnings.push(...leftOut(request, options));
    const tools = request.tools ?? [];
    const own = request.options?.[options.provider];
    if (own !== undefined) {
      const listed = tools.length === 0 ? {} : { tools: openAiTools(tools) };
      const body = { model, messages, ...settings, ...listed, ...always, ...own };
      return { text: JSON.stringify(body), warnings };
    }
    if (head.model !== model)
      head = { model, text: `{"model":${JSON.stringify(model)},"messages":` };
    const set = settings === undefined ? '' : `,${JSON.stringify(settings).slice(1, -1)}`;
    const listed = tools.length === 0 ? '' : `,"tools":${toolText(tools)}`;
    return { text: `${head.text}${JSON.stringify(messages)}${set}${listed},${tail}`, warnings };
  };
}

function leftOut({ output }: ModelRequest, { json }: ChatBodyOptions): readonly ModelWarning[] {
  return json === 'object' && output?.schema !== undefined ? [NO_SCHEMA] : [];
}

const NO_SCHEMA: ModelWarning = {
  kind: 'adjusted',
  what: 'output',
  detail: 'this server answers in JSON, but not after a schema, which is left out',
};

function fieldsOf({ maxTokensField, seedField, json }: ChatBodyOptions): Partial<SettingFields> {
  return defined({ maxTokensField, seedField, json });
}
