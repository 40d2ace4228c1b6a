import { randomUUID } from 'node:crypto';
import { once as happening } from 'node:events';
import { connect } from 'node:net';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import { uploadBytesMax } from '#server/market/catalogue/details-schema.ts';
import { pictureWidths } from '#server/market/catalogue/trade-schema.ts';
import { frontSecret, testFront } from '#server/testing/front.ts';
import { signedInCitizen } from '#server/testing/sessions.ts';

const front = await testFront();
let owner: { cookie: string; citizenId: string };
let stranger: { cookie: string; citizenId: string };

beforeAll(async () => {
  owner = await signedInCitizen(front.direct, { username: 'Painter', secret: frontSecret });
  stranger = await signedInCitizen(front.direct, { username: 'Stranger', secret: frontSecret });
});

interface Sent {
  id?: string;
  type?: string;
  by?: { cookie: string };
  path?: string;
}

function put(bytes: Uint8Array | string, { id = randomUUID(), type = 'image/png', by = owner, path }: Sent = {}) {
  const headers = { cookie: by.cookie, origin: front.base, 'content-type': type };
  const body = typeof bytes === 'string' ? bytes : new Uint8Array(bytes);
  return fetch(`${front.base}${path ?? `/api/uploads/${id}`}`, { method: 'PUT', headers, body });
}

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#0f5c63' } });
const get = (path: string, by?: { cookie: string }) =>
  fetch(`${front.base}${path}`, { headers: by === undefined ? {} : { cookie: by.cookie } });

describe('a picture', () => {
  it.each([
    ['JPEG', 'image/jpeg', () => plain(2000, 1000).jpeg().toBuffer()],
    ['PNG', 'image/png', () => plain(2000, 1000).png().toBuffer()],
    ['WebP', 'image/webp', () => plain(2000, 1000).webp().toBuffer()],
    ['GIF', 'image/gif', () => plain(2000, 1000).gif().toBuffer()],
  ])('of type %s is served as WebP in every width, to everyone and for long', async (_what, type, make) => {
    const id = randomUUID();
    const sent = await put(await make(), { id, type });
    expect(await sent.json()).toEqual({ id, width: 2000, height: 1000 });
    for (const width of pictureWidths) {
      const served = await get(`/api/pictures/${id}/${String(width)}.webp`);
      expect(served.status).toBe(200);
      expect(served.headers.get('content-type')).toBe('image/webp');
      expect(served.headers.get('cache-control')).toContain('immutable');
      expect(served.headers.get('x-content-type-options')).toBe('nosniff');
      expect(served.headers.get('content-security-policy')).toContain("default-src 'none'");
      const { format, width: actual } = await sharp(await served.arrayBuffer()).metadata();
      expect({ format, actual }).toEqual({ format: 'webp', actual: width });
    }
  });

  it('stands upright, says nothing about where it was taken, and a small one stays small', async () => {
    const id = randomUUID();
    const exif = { IFD0: { Copyright: 'Secret Address 7' } };
    const sent = await put(
      await plain(40, 20).withExif(exif).withMetadata({ orientation: 6, exif }).jpeg().toBuffer(),
      { id, type: 'image/jpeg' },
    );
    expect(await sent.json()).toEqual({ id, width: 20, height: 40 });
    const served = Buffer.from(await (await get(`/api/pictures/${id}/1600.webp`)).arrayBuffer());
    expect(await sharp(served).metadata()).toMatchObject({ width: 20, height: 40 });
    expect(served.includes('Secret Address')).toBe(false);
  });

  it('of many frames gives its first', async () => {
    const frames = await Promise.all([
      plain(30, 30).png().toBuffer(),
      sharp({ create: { width: 30, height: 30, channels: 3, background: 'red' } })
        .png()
        .toBuffer(),
    ]);
    const animated = await sharp(frames, { join: { animated: true } })
      .gif()
      .toBuffer();
    const id = randomUUID();
    expect((await put(animated, { id, type: 'image/gif' })).status).toBe(200);
    const { pages, height } = await sharp(await (await get(`/api/pictures/${id}/320.webp`)).arrayBuffer()).metadata();
    expect({ pages: pages ?? 1, height }).toEqual({ pages: 1, height: 30 });
  });

  it('sent again is the same picture; other bytes or another citizen under its id are refused', async () => {
    const id = randomUUID();
    const bytes = await plain(50, 50).png().toBuffer();
    const answers = await Promise.all([put(bytes, { id }), put(bytes, { id }), put(bytes, { id })]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const exists = { status: 409, code: 'upload_exists' };
    expect(await (await put(await plain(51, 50).png().toBuffer(), { id })).json()).toMatchObject(exists);
    expect(await (await put(bytes, { id, by: stranger })).json()).toMatchObject(exists);
    expect(await front.direct.client.picture.count({ where: { id } })).toBe(1);
  });
});

describe('what is no picture', () => {
  const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>';
  const zip = Buffer.concat([Buffer.from('PK\u0003\u0004'), Buffer.alloc(2_000, 7)]);
  const bombHeader = async () => {
    const png = await plain(1, 1).png().toBuffer();
    png.writeUInt32BE(60_000, 16);
    png.writeUInt32BE(60_000, 20);
    return png;
  };
  it.each([
    ['a zip named PNG', 'not_a_picture', () => Promise.resolve(zip)],
    ['a drawing with a script', 'not_a_picture', () => Promise.resolve(Buffer.from(svg))],
    ['AVIF under another name', 'not_a_picture', () => plain(16, 16).avif({ effort: 0 }).toBuffer()],
    ['TIFF under another name', 'not_a_picture', () => plain(16, 16).tiff().toBuffer()],
    ['a page', 'not_a_picture', () => Promise.resolve(Buffer.from('<!doctype html><title>x</title>'))],
    [
      'the first bytes of a PNG and a zip behind them',
      'not_a_picture',
      async () => Buffer.concat([(await plain(9, 9).png().toBuffer()).subarray(0, 40), zip]),
    ],
    [
      'a JPEG that was cut off',
      'not_a_picture',
      async () => {
        const whole = await plain(600, 400).jpeg().toBuffer();
        return whole.subarray(0, whole.length / 2);
      },
    ],
    ['nothing', 'upload_empty', () => Promise.resolve(Buffer.alloc(0))],
    [
      'a small file of 81 million pixels',
      'picture_too_large',
      () => plain(9_000, 9_000).png({ compressionLevel: 9 }).toBuffer(),
    ],
    ['a header that promises 3,600 million pixels', /^(picture_too_large|not_a_picture)$/, bombHeader],
    ['a picture of 1 by 20,000', 'picture_too_large', () => plain(1, 20_000).png().toBuffer()],
  ])('%s is refused, and nothing is kept', async (_what, code, make) => {
    const id = randomUUID();
    const answered = await put(await make(), { id });
    expect(await answered.json()).toMatchObject({ code: expect.stringMatching(code) as string });
    expect(answered.status).toBeGreaterThanOrEqual(400);
    expect(answered.status).toBeLessThan(500);
    expect(await front.direct.client.picture.count({ where: { id } })).toBe(0);
    expect((await get(`/api/pictures/${id}/320.webp`)).status).toBe(404);
  });

  it.each([
    ['an unsigned sender', { by: { cookie: '' } }, 401],
    ['another type', { type: 'image/svg+xml' }, 415],
    ['no picture type at all', { type: 'text/html' }, 415],
    ['an id that is none', { path: '/api/uploads/..%2f..%2fetc' }, 400],
  ])('%s is refused', async (_what, change, status) => {
    expect((await put(await plain(9, 9).png().toBuffer(), change)).status).toBe(status);
  });

  it('more than eight megabytes are refused before anything is looked at', async () => {
    expect((await put(new Uint8Array(uploadBytesMax + 1))).status).toBe(413);
  });

  it('another method, another site, and another width are refused', async () => {
    expect((await get(`/api/uploads/${randomUUID()}`, owner)).status).toBe(405);
    const foreign = await fetch(`${front.base}/api/uploads/${randomUUID()}`, {
      method: 'PUT',
      headers: { cookie: owner.cookie, origin: 'https://elsewhere.example', 'content-type': 'image/png' },
      body: 'x',
    });
    expect(foreign.status).toBe(403);
    const id = randomUUID();
    await put(await plain(9, 9).png().toBuffer(), { id });
    for (const path of [
      `/api/pictures/${id}/321.webp`,
      `/api/pictures/${id}/320.png`,
      `/api/pictures/${id}/..%2f320.webp`,
    ])
      expect((await get(path)).status).toBe(404);
  });
});

describe('a file to reveal', () => {
  const file = Buffer.from('<script>alert("run me")</script>');
  const send = (id: string, name: string, by = owner) =>
    put(file, { by, type: 'text/html', path: `/api/contents/${id}?name=${encodeURIComponent(name)}` });

  it('comes back to its owner as something to keep, never to open, and to nobody else', async () => {
    const id = randomUUID();
    expect(await (await send(id, 'Piano “due” (1).html')).json()).toEqual({
      id,
      name: 'Piano “due” (1).html',
      bytes: file.length,
    });
    const kept = await get(`/api/contents/${id}`, owner);
    expect(Buffer.from(await kept.arrayBuffer())).toEqual(file);
    expect(kept.headers.get('content-type')).toBe('application/octet-stream');
    expect(kept.headers.get('content-disposition')).toMatch(/^attachment; filename\*=UTF-8''Piano%20/);
    expect(kept.headers.get('x-content-type-options')).toBe('nosniff');
    expect(kept.headers.get('content-security-policy')).toMatch(/sandbox|default-src 'none'/);
    expect((await get(`/api/contents/${id}`, stranger)).status).toBe(404);
    expect((await get(`/api/contents/${id}`)).status).toBe(401);
    expect((await get(`/api/pictures/${id}/320.webp`)).status).toBe(404);
  });

  it.each([
    ['a path', '../../etc/passwd'],
    ['nothing', ''],
    ['a line break', 'a\r\nset-cookie: b'],
    ['too much', 'a'.repeat(121)],
    ['a reversed ending', 'a\u202Egpj.exe'],
  ])('is refused with a name that is %s', async (_what, name) => {
    expect(await (await send(randomUUID(), name)).json()).toMatchObject({ status: 400, code: 'invalid_file_name' });
  });
});

describe('an upload that is refused for who sends it or what it claims to be', () => {
  /** Sends the head alone, waits for the refusal, then sends what it announced and waits until the connection ends. */
  async function refusedByItsHead(path: string, headers: Record<string, string>): Promise<string> {
    const socket = connect(front.port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk.toString('utf8');
    });
    const sent = { host: 'cascade', origin: front.base, 'content-length': String(uploadBytesMax), ...headers };
    const lines = Object.entries(sent).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`PUT ${path} HTTP/1.1\r\n${lines.join('')}\r\n`);
    while (!text.includes('"code":')) await happening(socket, 'data');
    socket.write(Buffer.alloc(uploadBytesMax));
    // Rejects where the connection is cut instead of ended.
    await happening(socket, 'close');
    return text;
  }

  it.each(['/api/uploads/', '/api/contents/', '/api/imports/', '/api/message-attachments/'])(
    'at %s hears so before it sends its body, and the connection ends as it should',
    async (path) => {
      const text = await refusedByItsHead(`${path}${randomUUID()}`, { 'content-type': 'image/png' });
      expect(text).toMatch(/^HTTP\/1\.1 401 /);
      expect(text).toContain('"code":"sign_in_required"');
    },
  );

  it('hears of its type in the same way', async () => {
    const headers = { cookie: owner.cookie, 'content-type': 'image/svg+xml' };
    expect(await refusedByItsHead(`/api/uploads/${randomUUID()}`, headers)).toContain('"code":"picture_type"');
  });
});

describe('many at once', () => {
  it('are all answered: kept, or told to come again', async () => {
    const busy = await signedInCitizen(front.direct, { username: 'Busy', secret: frontSecret });
    const bytes = await plain(400, 300).png().toBuffer();
    const answers = await Promise.all(Array.from({ length: 40 }, () => put(bytes, { by: busy })));
    const statuses = answers.map(({ status }) => status);
    expect(new Set([200, 429, ...statuses])).toEqual(new Set([200, 429]));
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThanOrEqual(10);
  });
});

describe('whoever asks before they send a body', () => {
  /** What is said to the head of a request, and to the body, which is sent once it is asked for. */
  async function said(head: readonly string[], body: Uint8Array): Promise<string> {
    const socket = connect(front.port, '127.0.0.1');
    let text = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
      if (text.startsWith('HTTP/1.1 100') && body.byteLength > 0) socket.write(body);
    });
    const length = `content-length: ${String(body.byteLength)}`;
    const first = [`PUT /api/uploads/${randomUUID()} HTTP/1.1`, 'host: cascade', 'expect: 100-continue', length];
    socket.write([...first, 'content-type: image/png', 'connection: close', ...head, '', ''].join('\r\n'));
    await happening(socket, 'close');
    return text;
  }

  it('hears a refusal instead of being told to go on', async () => {
    const heard = await said([`origin: ${front.base}`], new Uint8Array(uploadBytesMax));
    expect(heard).toMatch(/^HTTP\/1\.1 401 /);
    expect(heard).not.toContain('100 Continue');
  });

  it('is told to go on once it is known who they are', async () => {
    const heard = await said(
      [`origin: ${front.base}`, `cookie: ${owner.cookie}`],
      await plain(20, 10).png().toBuffer(),
    );
    expect(heard).toMatch(/^HTTP\/1\.1 100 Continue/);
    expect(heard).toMatch(/HTTP\/1\.1 200 /);
  });
});
