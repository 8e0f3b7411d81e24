import { OpenAI } from 'openai';
import { expect, it } from 'vitest';
import { startMockService } from '../service.ts';

it('M17: a response that is stored is fetched, listed and deleted by the SDK, and one that is not is not there', async () => {
  await using service = await startMockService();
  const client = new OpenAI({ apiKey: 'k', baseURL: `${service.url}/v1`, maxRetries: 0 });
  const given = await client.responses.create({ model: 'm', input: 'Hi' });
  expect(await client.responses.retrieve(given.id)).toMatchObject({
    id: given.id,
    status: 'completed',
    output: given.output,
    usage: given.usage,
  });
  const next = await client.responses.create({
    model: 'm',
    input: [
      { role: 'user', content: 'One.' },
      { role: 'user', content: 'Two.' },
    ],
    previous_response_id: given.id,
  });
  const items = await client.responses.inputItems.list(next.id, { order: 'asc' });
  expect(items.data.map((item) => 'content' in item && item.content)).toEqual([
    [{ type: 'input_text', text: 'One.' }],
    [{ type: 'input_text', text: 'Two.' }],
  ]);
  await client.responses.delete(given.id);
  await expect(client.responses.retrieve(given.id)).rejects.toMatchObject({ status: 404 });
  const kept = await client.responses.create({ model: 'm', input: 'Hi', store: false });
  await expect(client.responses.retrieve(kept.id)).rejects.toMatchObject({ status: 404 });
});
