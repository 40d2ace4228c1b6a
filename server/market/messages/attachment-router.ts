import { bringAttachment } from '#server/market/messages/attachment-flows.ts';
import { attachmentDisposition, attachmentName } from '#server/market/messages/attachment-rules.ts';
import { attachmentNotFound, readableAttachment } from '#server/market/messages/attachments.ts';
import { attachmentBytesMax, attachmentPath } from '#server/market/messages/message-schema.ts';
import { actsAsOperator } from '#server/platform/access.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { isWrittenUuid } from '#server/platform/ids.ts';
import { readBodyBytes } from '#server/platform/node-http.ts';
import type { Principal } from '#server/platform/session.ts';
import type { Storage } from '#server/platform/storage.ts';

interface Deps {
  database: Database;
  clock: Clock;
  principal: Principal | null;
}

/**
 * The file of a message: `PUT` brings it, with its name in `x-file-name` (encoded as in an address), `GET` gives it to
 * whoever may read it, to be saved and never to be shown in place. The front lets no other site write here.
 * Refuses: `sign_in_required`, `attachment_not_found` and what `bringAttachment` refuses.
 */
export async function attachmentAt(request: Request, deps: Deps, storage: Storage): Promise<Response> {
  const { principal } = deps;
  if (principal === null) throw refuse('unauthenticated', 'sign_in_required', 'Please sign in first.');
  const id = new URL(request.url).pathname.slice(attachmentPath.length);
  if (!isWrittenUuid(id)) throw attachmentNotFound();
  switch (request.method) {
    case 'PUT':
      return bring(request, { ...deps, principal, storage, id });
    case 'GET':
      return give({ ...deps, principal, storage, id });
    default:
      return new Response(null, { status: 405, headers: { allow: 'GET, PUT' } });
  }
}

type Asked = Deps & { principal: Principal; storage: Storage; id: string };

async function bring(request: Request, asked: Asked): Promise<Response> {
  const bytes = await readBodyBytes(request, attachmentBytesMax);
  const name = decoded(request.headers.get('x-file-name') ?? '');
  await bringAttachment(asked, { id: asked.id, ownerId: asked.principal.citizenId, name, bytes });
  return new Response(null, { status: 204 });
}

async function give({ database, principal, storage, id }: Asked): Promise<Response> {
  const visitor = { citizenId: principal.citizenId, role: actsAsOperator(principal) ? 'operator' : 'citizen' } as const;
  const file = await readableAttachment(database.client, { id, visitor });
  const bytes = await storage.get(attachmentName(id));
  if (bytes === null) throw attachmentNotFound();
  return new Response(new Uint8Array(bytes), {
    headers: {
      'content-type': file.contentType,
      'content-disposition': attachmentDisposition(file.name),
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}
