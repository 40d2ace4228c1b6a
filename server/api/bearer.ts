import { bearerOf, type Bearer, type BearerDeps } from '#server/citizens/bearer-flows.ts';
import { createTokenKeys, tokenKeySource } from '#server/citizens/bearer-keys.ts';
import { credentialBearer } from '#server/citizens/credential-bearer.ts';
import { presentedCredential } from '#server/citizens/credential-secret.ts';
import { systemClock } from '#server/platform/clock.ts';
import { database } from '#server/platform/db.ts';
import { env } from '#server/platform/env.ts';
import { systemIds } from '#server/platform/ids.ts';
import { log } from '#server/platform/log.ts';
import { once } from '#server/platform/once.ts';
import { venice } from './venice.ts';

/**
 * Who makes a request by its `Authorization` header: by a credential of this house, which is known by how it begins, or a
 * token of Venice. For refusals see `credentialBearer` and `bearerOf`.
 */
export function readBearer(authorization: string): Promise<Bearer> {
  const secret = presentedCredential(authorization);
  if (secret !== null) {
    return credentialBearer({ database: database(), clock: systemClock, mode: env().CASCADE_MODE }, secret);
  }
  return bearerOf(once('bearer', bearerDeps), authorization);
}

function bearerDeps(): BearerDeps {
  const settings = env();
  const issuer = settings.VENICE_ISSUER;
  const keys = createTokenKeys({
    fetchKeys: tokenKeySource({ issuer, jwksUrl: settings.VENICE_JWKS_URL }),
    clock: systemClock,
    onOutage: (error) => {
      log().warn({ err: error }, 'the keys of Venice cannot be fetched');
    },
  });
  return {
    database: database(),
    token: {
      issuer,
      audience: settings.VENICE_TOKEN_AUDIENCE ?? `${settings.APP_URL}/api`,
      clientId: settings.VENICE_CLIENT_ID,
      algorithms: settings.VENICE_TOKEN_ALGORITHMS,
      keys,
      clock: systemClock,
      onRefused: (reason) => {
        log().debug({ reason }, 'a token was refused');
      },
    },
    venice: venice(),
    clock: systemClock,
    ids: systemIds,
    secret: settings.CASCADE_SECRET,
  };
}
