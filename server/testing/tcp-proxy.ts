import { connect, createServer, type Server, type Socket } from 'node:net';

/** A way to a server that a test can cut and mend, as when the network or the server goes away. */
export interface TcpProxy {
  readonly port: number;
  /** Drops every connection and refuses new ones. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** How many connections the server has not ended yet. */
  connections(): number;
  close(): Promise<void>;
}

/** Starts a proxy on a free loopback port that passes bytes to `target` and back. */
export async function tcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const served = new Set<Socket>();
  let server = listener(target, { sockets, served });
  const port = await listen(server, 0);
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return {
    port,
    cut,
    mend: async () => {
      server = listener(target, { sockets, served });
      await listen(server, port);
    },
    connections: () => served.size,
    close: cut,
  };
}

function listener(
  target: { host: string; port: number },
  { sockets, served }: { sockets: Set<Socket>; served: Set<Socket> },
): Server {
  // Each side says for itself when it is done; the other one is told.
  return createServer({ allowHalfOpen: true }, (incoming) => {
    const outgoing = connect({ ...target, allowHalfOpen: true });
    served.add(outgoing);
    for (const event of ['end', 'close'] as const) outgoing.on(event, () => served.delete(outgoing));
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    incoming.pipe(outgoing).pipe(incoming);
  });
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
      else reject(new Error('the proxy has no port'));
    });
  });
}
