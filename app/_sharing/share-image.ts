import { ImageResponse } from 'next/og';
import { createElement, type ReactElement, type ReactNode } from 'react';
import sharp from 'sharp';

import { drawable } from '#app/_sharing/drawable.ts';
import { houseStyle, type HouseStyle } from '#app/_sharing/house-style.ts';
import { shareImageSize } from '#app/_sharing/share-image-size.ts';
import { coverSize } from '#components/listing/cover-address.ts';
import { drawCover } from '#components/listing/cover-motifs/drawing.ts';
import { pictureAddress } from '#components/listing/picture.tsx';
import type { CategorySlug } from '#server/market/catalogue/trade-schema.ts';
import { pictureDoor } from '#server/api/upload-doors.ts';

/** What an image says of a page, and what it shows. */
export interface ShareContent {
  title: string;
  /** Under the title: who sells it, what it is. */
  detail: string;
  /** What it costs, with its unit; null where nothing is sold. */
  price: string | null;
  brand: string;
  picture: { id: string } | null;
  /** Stands for the picture where there is none. */
  cover: { category: CategorySlug; seed: string };
}

type Style = Record<string, string | number>;

const titleLengthMax = 90;
const detailLengthMax = 110;

/** The image that stands for a page where its link is shared: a PNG of 1200 × 630. */
export async function shareImage(content: ShareContent): Promise<Response> {
  const style = await houseStyle();
  return new ImageResponse(page(content, { style, picture: await pictureOf(content, style) }), {
    ...shareImageSize,
    fonts: style.fonts,
    headers: { 'cache-control': 'public, max-age=3600, stale-while-revalidate=86400' },
  });
}

function page(
  { title, detail, price, brand }: ShareContent,
  { style: { colour }, picture }: { style: HouseStyle; picture: string },
): ReactElement {
  const column = { display: 'flex', flexDirection: 'column' } as const;
  const words = box(
    { ...column, width: 620, height: 630, padding: 56, justifyContent: 'space-between' },
    box({ fontFamily: 'display', fontSize: 36, letterSpacing: 5, color: colour('accent') }, brand),
    box(
      { ...column, gap: 20 },
      box(
        { fontFamily: 'display', fontSize: 68, lineHeight: 1.05, color: colour('text') },
        drawable(title, titleLengthMax) || brand,
      ),
      box({ fontSize: 28, lineHeight: 1.35, color: colour('muted') }, drawable(detail, detailLengthMax)),
    ),
    box({ fontSize: 44, color: colour('accent') }, price ?? ''),
  );
  const image = createElement('img', { src: picture, width: 580, height: 630, style: { objectFit: 'cover' } });
  return box(
    { display: 'flex', width: '100%', height: '100%', fontFamily: 'plain', backgroundColor: colour('surface') },
    words,
    image,
  );
}

function box(style: Style, ...children: ReactNode[]): ReactElement {
  return createElement('div', { style: { display: 'flex', ...style } }, ...children);
}

/** The listing's picture, or its drawing, as an address that holds it. */
async function pictureOf({ picture, cover }: ShareContent, { colour }: HouseStyle): Promise<string> {
  const kept = picture === null ? null : await keptPicture(picture.id);
  if (kept !== null) return `data:image/png;base64,${kept.toString('base64')}`;
  const [width, height] = coverSize;
  const drawn = drawCover(cover.category, cover.seed, (tone) => colour(`cover-${tone}`));
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" width="${String(width)}" height="${String(height)}">${drawn}</svg>`;
  const png = await sharp(Buffer.from(svg)).resize(580, 630, { fit: 'cover' }).png().toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

/** The picture as its door gives it out, in a format that the drawing understands; null where it is gone. */
async function keptPicture(id: string): Promise<Buffer | null> {
  const answer = await pictureDoor(new Request(new URL(pictureAddress(id, 800), 'http://localhost')));
  if (!answer.ok) return null;
  return sharp(Buffer.from(await answer.arrayBuffer()))
    .resize(580, 630, { fit: 'cover' })
    .png()
    .toBuffer();
}
