import type { Answer } from '../answer.ts';
import type { Dialect } from '../dialect.ts';
import { openaiChat } from '../openai/chat.ts';
import { openaiEmbeddings } from '../openai/embeddings.ts';
import { lmstudioWire } from './wire.ts';

/** LM Studio's first own chat, `POST /api/v0/chat/completions`: OpenAI's, with how fast it went and by what. */
export const lmstudioChatV0: Dialect = {
  ...openaiChat,
  name: 'lmstudio-v0-chat',
  wire: lmstudioWire,
  whole: (answer) => ({ ...openaiChat.whole(answer), ...measured(answer) }),
};

/** LM Studio's first own embeddings, `POST /api/v0/embeddings`: OpenAI's. */
export const lmstudioEmbeddingsV0: Dialect = {
  ...openaiEmbeddings,
  name: 'lmstudio-v0-embeddings',
  wire: lmstudioWire,
};

const STOPS: Readonly<Record<Answer['finish'], string>> = {
  stop: 'eosFound',
  'tool-calls': 'toolCalls',
  length: 'maxPredictedTokensReached',
  filter: 'eosFound',
};

function measured({ finish }: Answer): object {
  return {
    stats: {
      tokens_per_second: 50,
      time_to_first_token: 0.1,
      generation_time: 0.5,
      stop_reason: STOPS[finish],
    },
    model_info: { arch: 'mock', quant: 'Q4_K_M', format: 'gguf', context_length: 4096 },
    runtime: { name: 'mock', version: '1.0.0', supported_formats: ['gguf'] },
  };
}
