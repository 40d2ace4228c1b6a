/** One message of PostgreSQL's protocol, version 3. */
export interface Frame {
  /** The letter that says what it is; '' for the first messages of a client, which have none. */
  type: string;
  body: Buffer;
  /** The whole message as it came, to be passed on. */
  bytes: Buffer;
}

const lengthBytes = 4;

/**
 * Cuts a stream of bytes into messages: a letter, the length with itself, the content. A client's first message has no
 * letter. After PostgreSQL's documentation, "Message Formats".
 */
export class FrameReader {
  private rest: Buffer = Buffer.alloc(0);
  private isFirst: boolean;

  constructor({ startsWithoutType }: { startsWithoutType: boolean }) {
    this.isFirst = startsWithoutType;
  }

  /** The messages that are complete with these bytes. */
  read(bytes: Buffer): Frame[] {
    this.rest = Buffer.concat([this.rest, bytes]);
    const frames: Frame[] = [];
    for (let frame = this.next(); frame !== null; frame = this.next()) frames.push(frame);
    return frames;
  }

  private next(): Frame | null {
    const typeBytes = this.isFirst ? 0 : 1;
    if (this.rest.length < typeBytes + lengthBytes) return null;
    const size = typeBytes + this.rest.readInt32BE(typeBytes);
    if (this.rest.length < size) return null;
    const bytes = this.rest.subarray(0, size);
    this.rest = this.rest.subarray(size);
    this.isFirst = false;
    return { type: bytes.toString('latin1', 0, typeBytes), body: bytes.subarray(typeBytes + lengthBytes), bytes };
  }
}

/** Which statements a client's messages bring: simple ones, and prepared ones each time that they are used. */
export class StatementReader {
  private readonly prepared = new Map<string, string>();

  /** The text of the statement that this message brings; null for a message that brings none. */
  read({ type, body }: Frame): string | null {
    if (type === 'Q') return textUntilZero(body, 0);
    // Both begin with a name, and what follows it is the text, or the name of the statement that gets its values.
    const [first, second] = [textUntilZero(body, 0), textUntilZero(body, body.indexOf(0) + 1)];
    if (type === 'P') this.prepared.set(first, second);
    return type === 'B' ? (this.prepared.get(second) ?? null) : null;
  }
}

/** True for the server's word that a transaction is committed. */
export function isCommitDone({ type, body }: Frame): boolean {
  return type === 'C' && textUntilZero(body, 0) === 'COMMIT';
}

/** True when the server waits for the next statement. */
export function isReady({ type }: Frame): boolean {
  return type === 'Z';
}

/** True when it does so outside of any transaction. */
export function isIdle(frame: Frame): boolean {
  return isReady(frame) && frame.body.toString('latin1') === 'I';
}

function textUntilZero(body: Buffer, from: number): string {
  return body.toString('utf8', from, body.indexOf(0, from));
}
