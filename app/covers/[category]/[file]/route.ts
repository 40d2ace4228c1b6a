import { gzipSync } from 'node:zlib';

import { coverFile } from '#components/listing/cover-motifs/drawing.ts';
import { categorySlugs } from '#server/market/catalogue/trade-schema.ts';

const kept = 'public, max-age=86400, stale-while-revalidate=2592000';
/** Between the front and this route, both ways: what the drawing is packed by. */
const packing = 'x-cascade-packing';
const named = /^([A-Za-z0-9-]{1,64})\.svg$/;

/** The drawing of a thing in a trade. What is drawn follows from the address alone, so browsers may keep it. */
export async function GET(
  request: Request,
  { params }: { params: Promise<{ category: string; file: string }> },
): Promise<Response> {
  const { category, file } = await params;
  const trade = categorySlugs.find((slug) => slug === category);
  const seed = named.exec(file)?.[1];
  if (trade === undefined || seed === undefined) return new Response(null, { status: 404 });
  const drawing = coverFile(trade, seed);
  const headers = { 'content-type': 'image/svg+xml', 'cache-control': kept, vary: 'accept-encoding' };
  // Next packs pages, but not what routes answer; a woven pattern shrinks to a fiftieth. Next would take the name of the
  // packing away, so the front, which asks for it, gives it.
  if (request.headers.get(packing) !== 'gzip') return new Response(drawing, { headers });
  return new Response(gzipSync(drawing), { headers: { ...headers, [packing]: 'gzip' } });
}
