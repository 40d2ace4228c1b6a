import { exportCatalogue } from '#server/market/imports/export-queries.ts';
import { templateCsv } from '#server/market/imports/import-columns.ts';
import { uploadImport } from '#server/market/imports/import-flows.ts';
import { importReport } from '#server/market/imports/import-queries.ts';
import { problemHeading, problemLine } from '#server/market/imports/import-problems.ts';
import {
  exportPath,
  importBytesMax,
  importPath,
  importProblemsMax,
  type ImportFormat,
} from '#server/market/imports/import-schema.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Handler } from '#server/platform/http.ts';
import { readBodyBytes } from '#server/platform/node-http.ts';
import { streamedText } from '#server/platform/streamed-text.ts';
import type { Context } from '#server/platform/trpc.ts';
import { z } from '#server/platform/zod.ts';
import { limitedDoor } from './limited-door.ts';

const uuid = z.uuid();

/** `PUT /api/imports/<id>?name=` takes in a catalogue's file; `GET /api/imports/<id>/problems.csv` tells what is wrong with it. */
export const importDoor: Handler = (request) => {
  if (request.method === 'PUT') return importUpload(request);
  return request.method === 'GET' ? problemsFile(request) : Promise.resolve(notAllowed('GET, PUT'));
};

const importUpload = limitedDoor('write', async (request, context) => {
  const sellerId = sellerOf(context);
  const { pathname, searchParams } = new URL(request.url);
  const importId = idOf(pathname.slice(importPath.length));
  const bytes = await readBodyBytes(request, importBytesMax);
  const upload = { importId, sellerId, name: searchParams.get('name') ?? '', bytes };
  return Response.json(await uploadImport(context, upload), { headers: { 'cache-control': 'no-store' } });
});

const problemsFile = limitedDoor('statement', async (request, context) => {
  const sellerId = sellerOf(context);
  const [id = '', file] = new URL(request.url).pathname.slice(importPath.length).split('/');
  const importId = idOf(id);
  if (file !== 'problems.csv') throw refuse('not_found', 'file_not_found', 'There is no such file.');
  const query = { importId, sellerId, kind: 'problems', after: 0, limit: importProblemsMax } as const;
  const { lines } = await importReport(context.database.client, query);
  return fileAnswer(problemHeading + lines.map(problemLine).join(''), { name: 'import-problems', format: 'csv' });
});

/** `GET /api/catalogue/export.csv` or `.json`, with `?content=yes` for what buyers receive too; and `template.csv`. */
export const catalogueDoor: Handler = (request) => {
  if (request.method !== 'GET') return Promise.resolve(notAllowed('GET'));
  return catalogueFile(request);
};

const catalogueFile = limitedDoor('statement', async (request, context) => {
  const { pathname, searchParams } = new URL(request.url);
  const sellerId = sellerOf(context);
  const name = pathname.slice(exportPath.length);
  if (name === 'template.csv') return fileAnswer(templateCsv(), { name: 'cascade-template', format: 'csv' });
  const format = name === 'export.csv' ? 'csv' : name === 'export.json' ? 'json' : null;
  if (format === null) throw refuse('not_found', 'file_not_found', 'There is no such file.');
  const hasContent = searchParams.get('content') === 'yes';
  const pieces = exportCatalogue(context.database.client, { sellerId, format, hasContent });
  return fileAnswer(await streamedText(pieces), { name: 'cascade-catalogue', format });
});

const types = { csv: 'text/csv; charset=utf-8', json: 'application/json; charset=utf-8' } as const;

function fileAnswer(body: BodyInit, { name, format }: { name: string; format: ImportFormat }): Response {
  return new Response(body, {
    headers: {
      'content-type': types[format],
      'content-disposition': `attachment; filename="${name}.${format}"`,
      'cache-control': 'private, no-store',
      'x-content-type-options': 'nosniff',
    },
  });
}

function sellerOf({ principal }: Context): string {
  if (principal === null) throw refuse('unauthenticated', 'sign_in_required', 'Please sign in first.');
  return principal.citizenId;
}

function idOf(text: string): string {
  const id = uuid.safeParse(text);
  if (!id.success) throw refuse('invalid', 'invalid_upload_id', 'This upload has no usable id.');
  return id.data.toLowerCase();
}

function notAllowed(allow: string): Response {
  return new Response(null, { status: 405, headers: { allow } });
}
