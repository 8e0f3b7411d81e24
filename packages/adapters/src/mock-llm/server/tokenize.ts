import { promptText } from '../asked.ts';
import { aboutModel, type Endpoint, type Question, type Told } from '../endpoint.ts';
import { asList, asText } from '../json-reader.ts';
import { readChat } from '../openai/read-chat.ts';
import { openaiWire } from '../openai/wire.ts';

/** `POST /tokenize`: llama.cpp's of a `content`, and vLLM's of a `prompt` or of `messages`, whose tools count too. */
export const tokenize: Endpoint = {
  wire: openaiWire,
  answer(question) {
    const { body, vocabulary } = question;
    const { content } = body;
    if (typeof content === 'string') {
      const withPieces = body['with_pieces'] === true;
      const tokens = vocabulary.tokensOf(content);
      return { kind: 'told', body: { tokens: withPieces ? tokens : tokens.map(({ id }) => id) } };
    }
    const text = promptOf(question);
    if (text === undefined) return refused("A 'content', a 'prompt' or 'messages' is needed.");
    return aboutModel(question, openaiWire, modelOf(question), ({ model }) => {
      const tokens = vocabulary.tokensOf(text);
      const strings = { token_strs: tokens.map(({ piece }) => piece) };
      return {
        count: tokens.length,
        max_model_len: model.contextWindow ?? 200_000,
        tokens: tokens.map(({ id }) => id),
        ...(body['return_token_strs'] === true ? strings : {}),
      };
    });
  },
};

/** `POST /detokenize`: vLLM's where a model is named, else llama.cpp's. */
export const detokenize: Endpoint = {
  wire: openaiWire,
  answer({ body, vocabulary }) {
    const text = Array.isArray(body['tokens'])
      ? vocabulary.textOf(asList(body['tokens']))
      : undefined;
    if (text === undefined) return refused("'tokens' must be a list of ids that were told here.");
    return {
      kind: 'told',
      body: asText(body['model']) === '' ? { content: text } : { prompt: text },
    };
  },
};

function promptOf(question: Question): string | undefined {
  const { prompt, messages, tools } = question.body;
  if (typeof prompt === 'string') return prompt;
  const asked = readChat({ model: modelOf(question), messages: messages ?? null });
  return 'malformed' in asked ? undefined : promptText({ ...asked, tools: asList(tools) });
}

/** These servers have one model, which nobody needs to name. */
function modelOf({ body, catalogue }: Question): string {
  return asText(body['model']) || (catalogue.list()[0]?.model.id ?? '');
}

function refused(message: string): Told {
  return { kind: 'refused', failure: { status: 400, message } };
}
