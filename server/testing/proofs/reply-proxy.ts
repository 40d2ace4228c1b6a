import { connect, createServer, type Server, type Socket } from 'node:net';
import { FrameReader, isCommitDone, isIdle, isReady, StatementReader, type Frame } from './wire-frames.ts';

/**
 * When the connection breaks, as the server sees it:
 * - `before_commit`: it has posted, and the COMMIT never reaches it: nothing happened.
 * - `during_commit`: the COMMIT is on its way when the client's side breaks: it may have happened.
 * - `after_commit`: it has committed, and the client never hears of it: it happened.
 */
export const cuts = ['before_commit', 'during_commit', 'after_commit'] as const;
export type Cut = (typeof cuts)[number];

/** A way to PostgreSQL that breaks in the very moment that a test chose. */
export interface ReplyProxy {
  readonly port: number;
  /** The next transaction that posts breaks at this moment; the ones after it go through again. */
  cutNext(cut: Cut): void;
  /** How often it broke. */
  readonly cutCount: number;
  close(): Promise<void>;
}

const posting = /\bledger\.post(_single|_plain)?\s*\(/;

/** Starts it on a free loopback port. It reads the protocol's messages and passes them on unchanged. */
export async function replyProxy(target: { host: string; port: number }): Promise<ReplyProxy> {
  const state: ProxyState = { next: null, cutCount: 0, sockets: new Set() };
  const server = createServer((client) => new Conversation(client, connect(target), state));
  const port = await listen(server);
  return {
    port,
    cutNext: (cut) => {
      state.next = cut;
    },
    get cutCount() {
      return state.cutCount;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of state.sockets) socket.destroy();
      await closed;
    },
  };
}

interface ProxyState {
  next: Cut | null;
  cutCount: number;
  readonly sockets: Set<Socket>;
}

/** One connection of a client, and the server's side of it. */
class Conversation {
  private readonly client: Socket;
  private readonly server: Socket;
  private readonly state: ProxyState;
  /** Set from the statement that posts until its transaction is over. */
  private cut: Cut | null = null;
  private isInTransaction = false;
  private readonly statements = new StatementReader();

  constructor(client: Socket, server: Socket, state: ProxyState) {
    this.client = client;
    this.server = server;
    this.state = state;
    for (const socket of [client, server]) {
      state.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => this.end());
      socket.on('close', () => {
        state.sockets.delete(socket);
        this.end();
      });
    }
    const asked = new FrameReader({ startsWithoutType: true });
    const answered = new FrameReader({ startsWithoutType: false });
    client.on('data', (bytes) => asked.read(bytes).forEach((frame) => this.ask(frame)));
    server.on('data', (bytes) => answered.read(bytes).forEach((frame) => this.answer(frame)));
  }

  private ask(frame: Frame): void {
    if (this.client.destroyed) return;
    const statement = this.statements.read(frame) ?? '';
    // It may come in one message with the first statement of its transaction.
    if (/^\s*BEGIN\b/i.test(statement)) this.isInTransaction = true;
    if (posting.test(statement)) {
      this.cut = this.state.next;
      this.state.next = null;
    }
    const commits = this.cut !== null && this.isCommitting(frame, statement);
    if (commits && this.cut === 'before_commit') {
      this.break();
      return;
    }
    this.server.write(frame.bytes);
    if (commits && this.cut === 'during_commit') this.breakClientSide();
  }

  /** Outside of a transaction a statement is committed when the client says that this is all: by Sync, or at once. */
  private isCommitting({ type }: Frame, statement: string): boolean {
    return this.isInTransaction ? /^\s*COMMIT\b/i.test(statement) : type === 'S' || type === 'Q';
  }

  private answer(frame: Frame): void {
    if (this.client.destroyed) return;
    if (this.cut === 'after_commit' && (isCommitDone(frame) || isIdle(frame))) {
      this.break();
      return;
    }
    if (isReady(frame)) this.isInTransaction = !isIdle(frame);
    if (isIdle(frame)) this.cut = null;
    this.client.write(frame.bytes);
  }

  /** Both sides at once: the server rolls back what is not committed yet. */
  private break(): void {
    this.state.cutCount += 1;
    this.end();
  }

  /** The server still gets what was written to it, and its answer finds nobody. */
  private breakClientSide(): void {
    this.state.cutCount += 1;
    this.client.destroy();
    this.server.end();
  }

  private end(): void {
    this.client.destroy();
    if (!this.server.writableEnded) this.server.destroy();
  }
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('the proxy has no port'));
    });
  });
}
