import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A real authorisation server on the loopback interface. */
export interface AuthorisationServer extends AsyncDisposable {
  readonly issuer: string;
  /** Paths that were asked, in order. */
  readonly paths: readonly string[];
  /** Lets the person of a device in. */
  approve(userCode: string): Promise<void>;
  /** Makes every token of the person's sign-in bad. */
  revokeAll(): Promise<void>;
}

interface Code {
  save(): Promise<string>;
}

/** The part of `oidc-provider` that is used. */
interface Provider {
  callback(): RequestListener;
  readonly Grant: new (
    of: object,
  ) => { addOIDCScope(scope: string): void; save(): Promise<string>; destroy(): Promise<void> };
  readonly DeviceCode: { findByUserCode(code: string): Promise<Code | undefined> };
}

const MODULE: string = 'oidc-provider';

/** Starts it: the client `app` signs people in by device, the client `job` has the secret `job-secret-1234`. Access tokens live `seconds`. */
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
        grant_types: [device, 'refresh_token'],
        redirect_uris: [],
        response_types: [],
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
      revocation: { enabled: true },
    },
    ttl: { AccessToken: seconds, ClientCredentials: seconds },
    rotateRefreshToken: true,
    issueRefreshToken: () => true,
    findAccount: (_: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
  });
  handle = provider.callback();
  const grants: InstanceType<Provider['Grant']>[] = [];
  return {
    issuer,
    paths,
    approve: async (userCode) => {
      const code = await provider.DeviceCode.findByUserCode(userCode.replaceAll('-', ''));
      if (code === undefined) throw new Error(`there is no code ${userCode}`);
      const grant = new provider.Grant({ accountId: 'ada', clientId: 'app' });
      grant.addOIDCScope('openid offline_access');
      grants.push(grant);
      const scope = 'openid offline_access';
      const authTime = Math.floor(Date.now() / 1000);
      Object.assign(code, {
        accountId: 'ada',
        grantId: await grant.save(),
        scope,
        authTime,
        claims: {},
      });
      await code.save();
    },
    revokeAll: async () => {
      for (const grant of grants) await grant.destroy();
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
