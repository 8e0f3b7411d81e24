import type { Json, JsonObject } from '@overseer/core/spec';
import type { Endpoint, Question, Told } from '../endpoint.ts';
import { asObject } from '../json-reader.ts';
import type { KeptResponse } from '../memory-of-responses.ts';
import { openaiWire } from './wire.ts';

/** `GET /v1/responses/{id}`. */
export const getResponse: Endpoint = {
  wire: openaiWire,
  answer: (question) => about(question, ({ response }) => response),
};

/** `DELETE /v1/responses/{id}`. */
export const deleteResponse: Endpoint = {
  wire: openaiWire,
  answer: (question) => {
    const { id, responses } = question;
    return about(question, () => {
      responses.forget(id);
      return { id, object: 'response', deleted: true };
    });
  },
};

/** `GET /v1/responses/{id}/input_items`: what its own request said, the newest first as long as nobody asks for another order. */
export const listInputItems: Endpoint = {
  wire: openaiWire,
  answer: (question) =>
    about(question, ({ input }) => {
      const items = input.map((item, nth) => itemOf(item, `${question.id}_in_${nth}`));
      const data = question.query.get('order') === 'asc' ? items : items.toReversed();
      const [first, last] = [data.at(0), data.at(-1)].map((item) => item?.['id'] ?? null);
      return { object: 'list', data, first_id: first, last_id: last, has_more: false };
    }),
};

/** Text is told in parts, also where it was sent as it is. */
function itemOf(item: Json, id: string): JsonObject {
  const { content, ...rest } = asObject(item);
  const parts = typeof content === 'string' ? [{ type: 'input_text', text: content }] : content;
  return { id, ...rest, ...(parts === undefined ? {} : { content: parts }) };
}

function about({ id, responses }: Question, body: (kept: KeptResponse) => object): Told {
  const kept = responses.get(id);
  if (kept !== undefined) return { kind: 'told', body: body(kept) };
  const failure = {
    status: 404,
    message: `Response with id '${id}' not found.`,
    code: 'not_found',
  };
  return { kind: 'refused', failure };
}
