import sharp from 'sharp';
import { pictureWidths, type PictureWidth } from '#server/market/catalogue/trade-schema.ts';
import { refuse } from '#server/platform/errors.ts';
import { once } from '#server/platform/once.ts';

/** More than any camera of a telephone makes; a picture of this size takes 160 MB while it is worked on. */
export const picturePixelsMax = 40_000_000;
/** Longest side, in pixels. */
export const pictureSideMax = 16_000;
const renderSecondsMax = 20;
/** Pictures that one process works on at once, and how many may wait. */
const worksMax = 2;
const waitingMax = 16;

export interface RenderedPicture {
  /** Of the picture as it stands upright. */
  width: number;
  height: number;
  /** WebP, one for each width that is served. */
  files: { width: PictureWidth; bytes: Buffer }[];
}

/**
 * Reads a picture that somebody sent and makes what is served of it. Nothing of the file itself survives: no metadata,
 * no second frame. Its type is known by its content.
 * Refuses: `not_a_picture` (another type, or broken), `picture_too_large` (pixels), `upload_busy`.
 */
export async function renderPicture(sent: Uint8Array): Promise<RenderedPicture> {
  if (!isKnownType(sent)) throw notAPicture();
  return inTurn(async () => {
    const { width, height } = await sizeOf(sent);
    if (width * height > picturePixelsMax || Math.max(width, height) > pictureSideMax) {
      throw refuse('too_large', 'picture_too_large', 'This picture has too many pixels.');
    }
    const files: RenderedPicture['files'] = [];
    for (const each of pictureWidths) files.push({ width: each, bytes: await scaled(sent, each) });
    return { width, height, files };
  });
}

/** JPEG, PNG, WebP or GIF by their first bytes: no other reader of the library is ever reached. */
function isKnownType(sent: Uint8Array): boolean {
  const head = Buffer.from(sent.subarray(0, 16)).toString('latin1');
  return (
    head.startsWith('\u00FF\u00D8\u00FF') ||
    head.startsWith('\u0089PNG\r\n\u001A\n') ||
    /^GIF8[79]a/.test(head) ||
    /^RIFF[\s\S]{4}WEBP/.test(head)
  );
}

async function sizeOf(sent: Uint8Array): Promise<{ width: number; height: number }> {
  const read = await sharp(sent, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      throw brokenPicture(error);
    });
  return read.autoOrient;
}

async function scaled(sent: Uint8Array, width: PictureWidth): Promise<Buffer> {
  return sharp(sent, { limitInputPixels: picturePixelsMax, failOn: 'warning', autoOrient: true })
    .resize({ width, height: width * 2, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 80, effort: 3 })
    .timeout({ seconds: renderSecondsMax })
    .toBuffer()
    .catch((error: unknown) => {
      throw brokenPicture(error);
    });
}

/** What the library says about a file is for the log of its maker; the sender is told what to do. */
function brokenPicture(error: unknown): unknown {
  return error instanceof Error ? notAPicture() : error;
}

function notAPicture(): Error {
  return refuse('invalid', 'not_a_picture', 'This is not a picture we can read. Send a JPEG, PNG, WebP or GIF.');
}

interface Works {
  running: number;
  waiting: (() => void)[];
}

/** A few at a time, so that a hundred pictures at once take no more memory than two. */
async function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
  const works = once('picture-works', (): Works => {
    sharp.cache(false);
    sharp.concurrency(1);
    return { running: 0, waiting: [] };
  });
  if (works.running >= worksMax) {
    if (works.waiting.length >= waitingMax)
      throw refuse('rate_limited', 'upload_busy', 'Many pictures are being worked on. Try again in a moment.');
    await new Promise<void>((resolve) => works.waiting.push(resolve));
  } else {
    works.running += 1;
  }
  try {
    return await work();
  } finally {
    // The place goes on to whoever waits longest, or is free.
    const next = works.waiting.shift();
    if (next === undefined) works.running -= 1;
    else next();
  }
}
