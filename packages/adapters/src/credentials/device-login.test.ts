import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { oauth } from './index.ts';

describe('signing in by device', () => {
  it('M11: asks no more often than the server wants, and five seconds less often when told to slow down', {
    tags: ['slow'],
    timeout: 30_000,
  }, async () => {
    const asked: number[] = [];
    const server = createServer((request, response) => {
      const { port } = server.address() as AddressInfo;
      const issuer = `http://127.0.0.1:${port}`;
      const say = (status: number, body: object): void => {
        response
          .writeHead(status, { 'content-type': 'application/json' })
          .end(JSON.stringify(body));
      };
      if (request.url === '/device') {
        const urls = { verification_uri: `${issuer}/enter`, expires_in: 60, interval: 1 };
        return say(200, { device_code: 'd', user_code: 'AB-CD', ...urls });
      }
      if (request.url === '/token') {
        asked.push(performance.now());
        const error = ['authorization_pending', 'slow_down'][asked.length - 1];
        if (error !== undefined) return say(400, { error });
        return say(200, { access_token: 'token-of-device', token_type: 'bearer', expires_in: 600 });
      }
      const endpoints = { device_authorization_endpoint: `${issuer}/device` };
      say(200, { issuer, token_endpoint: `${issuer}/token`, ...endpoints });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const source = oauth({ issuer: `http://127.0.0.1:${port}`, clientId: 'app', flow: 'device' });
    const codes: string[] = [];
    const { signal } = new AbortController();
    await source.login({ signal, prompt: ({ code }) => codes.push(code ?? '') });
    expect((await source.get({ signal })).token).toBe('token-of-device');
    server.closeAllConnections();
    server.close();
    expect(codes).toEqual(['AB-CD']);
    const [first = 0, second = 0, third = 0] = asked;
    expect(second - first).toBeGreaterThan(900);
    expect(third - second).toBeGreaterThan(5_900);
  });
});
