import { fileForVisitor } from '#server/market/catalogue/content-queries.ts';
import { uploadBytesMax } from '#server/market/catalogue/details-schema.ts';
import { pictureWidths } from '#server/market/catalogue/trade-schema.ts';
import { contentName, pictureName, uploadFile, uploadPicture } from '#server/market/uploads/upload-flows.ts';
import { dataPolicy } from '#server/platform/front.ts';
import { refuse } from '#server/platform/errors.ts';
import { answerRefusal, type Handler } from '#server/platform/http.ts';
import { readBodyBytes } from '#server/platform/node-http.ts';
import type { Principal } from '#server/platform/session.ts';
import type { Context } from '#server/platform/trpc.ts';
import { z } from '#server/platform/zod.ts';
import { limitedDoor } from './limited-door.ts';
import { storage } from './storage.ts';

const uuid = z.uuid();

/** Takes in a picture: `PUT /api/uploads/<id>` with its bytes. The id is the sender's own, and a repetition is the same upload. */
export const pictureUploadDoor: Handler = limitedDoor('write', async (request, context) => {
  if (request.method !== 'PUT') return notAllowed('PUT');
  const { citizenId: ownerId } = signedIn(context);
  if (!/^image\/(jpeg|png|webp|gif)\s*(;|$)/i.test(request.headers.get('content-type') ?? ''))
    throw refuse('wrong_media', 'picture_type', 'Send a picture, as image/jpeg, image/png, image/webp or image/gif.');
  const id = idIn(request, /^\/api\/uploads\/([^/]+)$/);
  const bytes = await readBodyBytes(request, uploadBytesMax);
  return json(await uploadPicture({ ...context, storage: storage() }, { id, ownerId, bytes }));
});

/** Takes in a file to reveal (`PUT /api/contents/<id>?name=`), and gives it to those who may have it (`GET`). */
export const contentDoor: Handler = async (request) => {
  if (request.method === 'PUT') return fileUploadDoor(request);
  return request.method === 'GET' ? fileDownloadDoor(request) : notAllowed('GET, PUT');
};

const fileUploadDoor = limitedDoor('write', async (request, context) => {
  const { citizenId: ownerId } = signedIn(context);
  const id = idIn(request, /^\/api\/contents\/([^/]+)$/);
  const name = new URL(request.url).searchParams.get('name') ?? '';
  const bytes = await readBodyBytes(request, uploadBytesMax);
  return json(await uploadFile({ ...context, storage: storage() }, { id, ownerId, name, bytes }));
});

const fileDownloadDoor = limitedDoor('statement', async (request, context) => {
  const { citizenId: visitorId } = signedIn(context);
  const fileId = idIn(request, /^\/api\/contents\/([^/]+)$/);
  const file = await fileForVisitor(context.database.client, { fileId, visitorId });
  const bytes = await storage().get(contentName(file.id));
  if (bytes === null) throw refuse('not_found', 'file_not_found', 'There is no such file.');
  return new Response(bytes, {
    headers: {
      // Whatever it is, a browser keeps it and never opens it here.
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${encodeName(file.name)}`,
      'x-content-type-options': 'nosniff',
      'content-security-policy': `${dataPolicy}; sandbox`,
      'cache-control': 'private, no-store',
    },
  });
});

const picturePath = new RegExp(`^/api/pictures/([0-9a-f-]{36})/(${pictureWidths.join('|')})\\.webp$`);

/**
 * A picture in one of its widths, for everyone and for a year: what lies under an id never changes.
 * Reads nothing but the storage.
 */
export const pictureDoor: Handler = async (request) => {
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed('GET, HEAD');
  const [, id, widthText] = picturePath.exec(new URL(request.url).pathname) ?? [];
  const width = pictureWidths.find((each) => String(each) === widthText);
  const isKnown = id !== undefined && width !== undefined && uuid.safeParse(id).success;
  const bytes = isKnown ? await storage().get(pictureName(id, width)) : null;
  if (bytes === null) return answerRefusal(refuse('not_found', 'picture_not_found', 'There is no such picture.'));
  const headers = {
    'content-type': 'image/webp',
    'content-length': String(bytes.byteLength),
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'cross-origin-resource-policy': 'same-origin',
  };
  return new Response(request.method === 'HEAD' ? null : bytes, { headers });
};

function signedIn({ principal }: Context): Principal {
  if (principal === null) throw refuse('unauthenticated', 'sign_in_required', 'Please sign in first.');
  return principal;
}

function idIn(request: Request, path: RegExp): string {
  const id = uuid.safeParse(path.exec(new URL(request.url).pathname)?.[1]);
  if (!id.success) throw refuse('invalid', 'invalid_upload_id', 'This upload has no usable id.');
  return id.data.toLowerCase();
}

/** RFC 8187: letters and digits as they are, everything else in hexadecimal. */
function encodeName(name: string): string {
  return encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
}

function json(body: object): Response {
  return Response.json(body, { headers: { 'cache-control': 'no-store' } });
}

function notAllowed(allow: string): Response {
  return new Response(null, { status: 405, headers: { allow } });
}
