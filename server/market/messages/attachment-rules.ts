import type { AttachmentType } from '#server/market/messages/message-schema.ts';

/** What a file is, told by its first bytes, whatever its name or its sender says; null for all that is not taken. */
export function attachmentTypeOf(bytes: Uint8Array): AttachmentType | null {
  if (startsWith(bytes, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  // The signature, then a header of 13 bytes: nothing else is a PNG.
  if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52]))
    return 'image/png';
  if (startsWith(bytes, ascii('RIFF')) && startsWith(bytes.subarray(8), ascii('WEBP'))) return 'image/webp';
  return startsWith(bytes, ascii('%PDF-')) ? 'application/pdf' : null;
}

function startsWith(bytes: Uint8Array, signature: readonly number[]): boolean {
  return bytes.length >= signature.length && signature.every((byte, index) => bytes[index] === byte);
}

function ascii(text: string): number[] {
  return Array.from(text, (letter) => letter.charCodeAt(0));
}

/** The name for a header: RFC 6266, letters beyond ASCII as RFC 8187 has them. */
export function attachmentDisposition(name: string): string {
  const plain = name.replace(/[^\w .-]/gu, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/gu, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

/** Under which name the storage keeps the bytes of a file. */
export function attachmentName(id: string): string {
  return `attachments/${id}`;
}
