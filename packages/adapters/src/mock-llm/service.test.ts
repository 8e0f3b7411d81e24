import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { readMockCounts } from './count-file.ts';
import { type MockService, type MockServiceOptions, startMockService } from './service.ts';

const services: MockService[] = [];

afterEach(async () => {
  for (const service of services.splice(0)) await service.close();
});

describe('a service', () => {
  it('M17: is reached through the loopback interface alone', async () => {
    const { url, port } = await start();
    expect(url).toBe(`http://127.0.0.1:${port}`);
  });

  it('M17 M18: says which port it cannot use', async () => {
    const { port } = await start();
    await expect(startMockService({ port })).rejects.toMatchObject({
      code: 'config.mock-port',
      message: expect.stringContaining(`Port ${port} `),
    });
  });

  it('M17: shows each request, and keeps the newest thousand', async () => {
    const service = await start();
    for (let n = 0; n < 1010; n++) await post(service, { model: 'm', seed: n, messages: [hi] });
    const { requests } = service;
    expect(requests).toHaveLength(1000);
    expect(requests[0]?.n).toBe(11);
    expect(requests.at(-1)).toMatchObject({
      method: 'POST',
      path: '/v1/chat/completions',
      dialect: 'openai-chat',
      model: 'm',
      body: { seed: 1009 },
      status: 200,
      outcome: 'completed',
      closedEarly: false,
    });
    expect(service.counts()['m']?.completed).toBe(1010);
  });

  it('M17: refuses a body that is no JSON or too large, in the words of the provider', async () => {
    const service = await start();
    const broken = await post(service, '{"model":');
    expect([broken.status, await errorType(broken)]).toEqual([400, 'invalid_request_error']);
    const large = await post(service, `"${'x'.repeat(33 * 1024 * 1024)}"`, '/v1/messages');
    expect([large.status, await errorType(large)]).toEqual([413, 'request_too_large']);
    expect(service.counts()).toEqual({});
  });

  it('M17: does not grow without end by the names that are asked for', async () => {
    const service = await start();
    for (let n = 0; n < 1020; n++) await post(service, { model: `x${n}`, messages: [hi] });
    expect(service.counts()['(other)']?.completed).toBe(20);
  });

  it('M17: ends what is on its way when it is closed, and counts it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'service-'));
    const countFile = join(folder, 'counts.jsonl');
    const service = await start({ countFile });
    const reply = await post(service, { model: 'm-slow', stream: true, messages: [hi] });
    await Promise.all([service.close(), service.close()]);
    await expect(reply.text()).rejects.toThrowError('terminated');
    expect(service.counts()['m-slow']?.closedEarly).toBe(1);
    expect(await readMockCounts(countFile)).toEqual(service.counts());
    await expect(post(service, {})).rejects.toThrowError('fetch failed');
    rmSync(folder, { recursive: true });
  });

  it('M17: two services share nothing', async () => {
    const [one, other] = [await start(), await start()];
    await post(one, { model: 'm', messages: [hi] });
    expect(other.counts()).toEqual({});
    expect(other.requests).toEqual([]);
  });
});

const hi = { role: 'user', content: 'hi' };

async function start(options: MockServiceOptions = {}): Promise<MockService> {
  const service = await startMockService(options);
  services.push(service);
  return service;
}

async function post(
  { url }: MockService,
  body: object | string,
  path = '/v1/chat/completions',
): Promise<Response> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url + path, { method: 'POST', body: text });
  if (typeof body === 'object' && !('stream' in body)) await response.arrayBuffer();
  return response;
}

async function errorType(response: Response): Promise<unknown> {
  return JSON.parse(await response.text()).error.type;
}
