import { refuseJournal, refuseLine } from '#server/ledger/journal/refusals.ts';

const lineBytesMax = 1_000_000;
const lineFeed = 10;

/** The lines of a file, some at a time, without their ends. Refuses bytes that are not UTF-8 and a last line without end. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0);
  let number = 1;
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const end = bytes.lastIndexOf(lineFeed) + 1;
    rest = bytes.subarray(end);
    if (rest.length > lineBytesMax) {
      const message = `more than ${String(lineBytesMax)} bytes.`;
      throw refuseLine(number + countLines(bytes.subarray(0, end)), 'journal_line_too_long', message);
    }
    if (end === 0) continue;
    const lines = decode(bytes.subarray(0, end), number);
    number += lines.length;
    yield lines;
  }
  if (rest.length > 0) throw refuseLine(number, 'journal_truncated', 'the file ends in the middle of it.');
  if (number === 1) throw refuseJournal('journal_truncated', 'The file is empty.');
}

function decode(bytes: Buffer, firstNumber: number): string[] {
  const text = asText(bytes);
  if (text !== null) return text.slice(0, -1).split('\n');
  let number = firstNumber;
  let start = 0;
  for (let end = bytes.indexOf(lineFeed); end >= 0; end = bytes.indexOf(lineFeed, start)) {
    if (asText(bytes.subarray(start, end)) === null) break;
    start = end + 1;
    number += 1;
  }
  throw refuseLine(number, 'journal_not_text', 'it is not UTF-8.');
}

function asText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}

function countLines(bytes: Uint8Array): number {
  return bytes.reduce((count, byte) => (byte === lineFeed ? count + 1 : count), 0);
}
