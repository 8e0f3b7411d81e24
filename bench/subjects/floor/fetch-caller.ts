import type { Caller, CallSetting, OnText } from '../../harness/subject.ts';

/** Node's own `fetch`, reading the streamed chunks with `JSON.parse`. */
export async function fetchCaller({ baseURL }: CallSetting): Promise<Caller> {
  return {
    call: (prompt, onText) => ask(`${baseURL}/chat/completions`, prompt, onText),
    [Symbol.asyncDispose]: async () => {},
  };
}

async function ask(url: string, prompt: string, onText?: OnText): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer none' },
    body: JSON.stringify({
      model: 'mock',
      messages: [{ role: 'user', content: prompt }],
      stream: true,
    }),
  });
  if (!response.ok || response.body === null) throw new Error(`HTTP ${response.status}`);
  const decoder = new TextDecoder();
  let text = '';
  let rest = '';
  for await (const bytes of response.body) {
    const events = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const piece = deltaOf(event);
      if (piece !== '') onText?.(piece);
      text += piece;
    }
  }
  return text;
}

function deltaOf(event: string): string {
  const json = event.slice('data: '.length);
  if (json === '[DONE]') return '';
  const chunk: Chunk = JSON.parse(json);
  return chunk.choices[0]?.delta.content ?? '';
}

interface Chunk {
  readonly choices: readonly { readonly delta: { readonly content?: string } }[];
}
