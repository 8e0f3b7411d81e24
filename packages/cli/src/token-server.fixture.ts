import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An authorisation server for devices, whose person says yes at once. */
export interface TokenServer extends AsyncDisposable {
  readonly issuer: string;
  /** Every token that it gave, of either kind. */
  readonly given: readonly string[];
  /** The paths that were asked, in order. */
  readonly paths: readonly string[];
  /** From now on it refuses to refresh, and repeats what it was sent. */
  refuse(): void;
}

/** Starts it on the loopback interface; its access tokens live so many seconds. */
export async function startTokenServer(seconds: number): Promise<TokenServer> {
  const given: string[] = [];
  const paths: string[] = [];
  let isRefusing = false;
  const token = (): string => {
    const made = randomBytes(30).toString('base64url');
    given.push(made);
    return made;
  };
  const server = createServer(async (request, response) => {
    const { port } = server.address() as AddressInfo;
    const issuer = `http://127.0.0.1:${port}`;
    const sent = Buffer.concat(await request.toArray()).toString();
    paths.push(request.url ?? '');
    const say = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    };
    switch (request.url) {
      case '/device':
        return say(200, {
          ...{ device_code: 'd', user_code: 'AB-CD', expires_in: 60, interval: 1 },
          verification_uri: `${issuer}/enter`,
        });
      case '/token':
        if (isRefusing) return say(400, { error: 'invalid_grant', error_description: sent });
        return say(200, {
          ...{ access_token: token(), refresh_token: token() },
          ...{ token_type: 'bearer', expires_in: seconds },
        });
      case '/revoke':
        return say(200, {});
      default:
        return say(200, {
          issuer,
          token_endpoint: `${issuer}/token`,
          device_authorization_endpoint: `${issuer}/device`,
          revocation_endpoint: `${issuer}/revoke`,
        });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    given,
    paths,
    refuse: () => {
      isRefusing = true;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
