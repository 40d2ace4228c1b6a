import type { IncomingHttpHeaders } from 'node:http';
import { fetchRequestHandler } from '@trpc/server/adapters/fetch';
import { attachmentAt } from '#server/market/messages/attachment-router.ts';
import { attachmentBytesMax, attachmentPath } from '#server/market/messages/message-schema.ts';
import { statementCsv } from '#server/payments/statement-csv.ts';
import { stripeWebhook, takeDelivery, type WebhookDeps } from '#server/payments/stripe/webhook.ts';
import { env } from '#server/platform/env.ts';
import { refuse } from '#server/platform/errors.ts';
import { once } from '#server/platform/once.ts';
import { problem, type Handler } from '#server/platform/http.ts';
import { requestLimits } from '#server/platform/rate-limit-request.ts';
import { asTrpcError, type Context } from '#server/platform/trpc.ts';
import { exportPath, importBytesMax, importPath } from '#server/market/imports/import-schema.ts';
import { uploadBytesMax } from '#server/market/catalogue/details-schema.ts';
import { personalDataSources } from './account.ts';
import { accountData } from './account-data.ts';
import { createContext, limits, processContext } from './context.ts';
import { limitedDoor } from './limited-door.ts';
import { appRouter } from './root.ts';
import { storage } from './storage.ts';
import { catalogueDoor, importDoor } from './catalogue-doors.ts';
import { contentDoor, pictureDoor, pictureUploadDoor } from './upload-doors.ts';

const trpcPath = '/api/trpc';
const batchSizeMax = 10;

/** The web application's procedures. */
export const trpcDoor: Handler = async (request) => {
  if (request.method === 'POST' && !isJson(request)) {
    return problem(refuse('wrong_media', 'json_only', 'This address takes application/json only.'));
  }
  const taken = requestLimits(limits());
  return fetchRequestHandler({
    endpoint: trpcPath,
    router: appRouter,
    req: request,
    createContext: ({ resHeaders }) =>
      createContext(request.headers, { answer: resHeaders, limits: taken }).catch((error: unknown) => {
        throw asTrpcError(error);
      }),
    responseMeta: () => ({ headers: taken.headers() }),
    maxBatchSize: batchSizeMax,
  });
};

/** Other content types are what a form of another site can send without being asked. */
function isJson(request: Request): boolean {
  return /^application\/json\s*(;|$)/i.test(request.headers.get('content-type') ?? '');
}

/** Stripe's events. */
export const stripeWebhookDoor: Handler = (request) => stripeWebhook(request, webhookDeps());

const stripeWebhookDirect: DirectHandler = (headers, body) =>
  takeDelivery({ payload: body.toString('utf8'), signature: String(headers['stripe-signature'] ?? '') }, webhookDeps());

/** The same for every event of this process. */
function webhookDeps(): WebhookDeps {
  return once('webhook-deps', () => {
    const { STRIPE_WEBHOOK_SECRET: webhookSecret, CASCADE_MODE: mode } = env();
    return { ...processContext(), webhookSecret, mode };
  });
}

/** The signed-in citizen's statement as a file; files are large, so that they are counted more strictly. */
export const statementDoor: Handler = limitedDoor('statement', statementCsv);

/** Everything we hold about the signed-in citizen, as a file. */
export const accountDataDoor: Handler = limitedDoor('statement', (request, context) =>
  accountData(request, context, personalDataSources),
);

/** The files of messages, which are brought and fetched here. */
export const attachmentDoor: Handler = (request) =>
  request.method === 'PUT' ? attachmentUploadDoor(request) : attachmentDownloadDoor(request);

const attachment = (request: Request, context: Context) => attachmentAt(request, context, storage());
const attachmentUploadDoor = limitedDoor('write', attachment);
const attachmentDownloadDoor = limitedDoor('read', attachment);

/** A POST of JSON without the objects of the Web around it, for what comes in thousands. Resolves with the answer. */
export type DirectHandler = (headers: IncomingHttpHeaders, body: Buffer) => Promise<object>;

export interface Door {
  handler: Handler;
  /** The same for POST, where there is one. */
  direct?: DirectHandler;
  /** Largest request body, in bytes. */
  bodyBytesMax: number;
  /** Where bodies are large: the handler reads it itself, once it knows who sends it and that they may. */
  asksFirst?: true;
}

const kibibyte = 1_024;

/** The door for a path of our own API, or null when nothing is there. `/api/auth/*` belongs to Next. */
export function doorFor(path: string): Door | null {
  if (path.startsWith(`${trpcPath}/`)) return { handler: trpcDoor, bodyBytesMax: 256 * kibibyte };
  if (path === '/api/webhooks/stripe') {
    return { handler: stripeWebhookDoor, direct: stripeWebhookDirect, bodyBytesMax: 1_024 * kibibyte };
  }
  if (path === '/api/wallet/statement.csv') return { handler: statementDoor, bodyBytesMax: 0 };
  if (path === '/api/account/data') return { handler: accountDataDoor, bodyBytesMax: 0 };
  if (path.startsWith('/api/uploads/'))
    return { handler: pictureUploadDoor, bodyBytesMax: uploadBytesMax, asksFirst: true };
  if (path.startsWith('/api/contents/')) return { handler: contentDoor, bodyBytesMax: uploadBytesMax, asksFirst: true };
  if (path.startsWith(importPath)) return { handler: importDoor, bodyBytesMax: importBytesMax, asksFirst: true };
  if (path.startsWith(exportPath)) return { handler: catalogueDoor, bodyBytesMax: 0 };
  if (path.startsWith('/api/pictures/')) return { handler: pictureDoor, bodyBytesMax: 0 };
  if (path.startsWith(attachmentPath))
    return { handler: attachmentDoor, bodyBytesMax: attachmentBytesMax, asksFirst: true };
  return null;
}
