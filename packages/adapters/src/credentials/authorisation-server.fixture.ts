import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real authorisation server on the loopback interface. */
export interface AuthorisationServer extends AsyncDisposable {
  readonly issuer: string;
  /** Paths that were asked, in order. */
  readonly paths: readonly string[];
  /** Lets the person of a device in. */
  approve(userCode: string): Promise<void>;
  /** Opens an address as a browser does whose person says yes to all, and gives where it was sent in the end, off the server. */
  browse(url: string): Promise<string>;
  /** Makes every token of the person's sign-in bad. */
  revokeAll(): Promise<void>;
}

interface Code {
  save(): Promise<string>;
}

/** The part of `oidc-provider` that is used. */
interface Provider {
  callback(): RequestListener;
  interactionFinished(
    request: IncomingMessage,
    response: ServerResponse,
    result: object,
  ): Promise<void>;
  readonly Grant: new (
    of: object,
  ) => { addOIDCScope(scope: string): void; save(): Promise<string>; destroy(): Promise<void> };
  readonly DeviceCode: { findByUserCode(code: string): Promise<Code | undefined> };
}

const MODULE: string = 'oidc-provider';

/** Starts it: the client `app` signs people in by device or code, the client `job` has the secret `job-secret-1234`. Access tokens live `seconds`. */
export async function startAuthorisationServer(seconds: number): Promise<AuthorisationServer> {
  let handle: RequestListener = () => undefined;
  const paths: string[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    handle(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { default: create } = (await import(MODULE)) as {
    default: new (issuer: string, options: object) => Provider;
  };
  const device = 'urn:ietf:params:oauth:grant-type:device_code';
  const provider = new create(issuer, {
    clients: [
      {
        client_id: 'app',
        token_endpoint_auth_method: 'none',
        application_type: 'native',
        grant_types: [device, 'refresh_token', 'authorization_code'],
        redirect_uris: ['http://127.0.0.1/callback'],
        response_types: ['code'],
      },
      {
        client_id: 'job',
        client_secret: 'job-secret-1234',
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
      },
    ],
    features: {
      clientCredentials: { enabled: true },
      deviceFlow: { enabled: true },
      devInteractions: { enabled: false },
      revocation: { enabled: true },
    },
    interactions: { url: () => '/person' },
    ttl: { AccessToken: seconds, ClientCredentials: seconds },
    rotateRefreshToken: true,
    issueRefreshToken: () => true,
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  const grants: InstanceType<Provider['Grant']>[] = [];
  const grantOf = async (): Promise<string> => {
    const grant = new provider.Grant({ accountId: 'ada', clientId: 'app' });
    grant.addOIDCScope('openid offline_access');
    grants.push(grant);
    return await grant.save();
  };
  const others = provider.callback();
  handle = (request, response) => {
    if (request.url !== '/person') return others(request, response);
    void grantOf().then((grantId) =>
      provider.interactionFinished(request, response, {
        login: { accountId: 'ada' },
        consent: { grantId },
      }),
    );
  };
  return {
    issuer,
    paths,
    approve: async (userCode) => {
      const code = await provider.DeviceCode.findByUserCode(userCode.replaceAll('-', ''));
      if (code === undefined) throw new Error(`there is no code ${userCode}`);
      const scope = 'openid offline_access';
      const authTime = Math.floor(Date.now() / 1000);
      Object.assign(code, {
        accountId: 'ada',
        grantId: await grantOf(),
        scope,
        authTime,
        claims: {},
      });
      await code.save();
    },
    browse: (url) => browse(url, issuer),
    revokeAll: async () => {
      for (const grant of grants) await grant.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function browse(start: string, issuer: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = start;
  for (let hop = 0; hop < 10 && url.startsWith(issuer); hop++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { redirect: 'manual', headers: { cookie } });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      cookies.set(name, value);
    }
    const next = answer.headers.get('location');
    if (next === null) throw new Error(`${url} ends with ${await answer.text()}`);
    url = new URL(next, url).href;
  }
  return url;
}
