import { connect, type Socket } from 'node:net';

export interface Delivery {
  eventId: string;
  body: string;
  signature: string;
}

export interface DeliveryTarget {
  port: number;
  /** So many are under way all the time, each on a connection of its own. */
  atOnce: number;
}

/**
 * Delivers all, so many at once, and says how long it took and when each was sent. Rejects when one is not taken.
 * Requests are written down before the clock starts, and go out by the socket: a client that takes as long for a request
 * as the server would be measured as well, on the same processors.
 */
export async function deliver(
  { port, atOnce }: DeliveryTarget,
  deliveries: readonly Delivery[],
): Promise<{ seconds: number; sentAt: Map<string, number> }> {
  const waiting = deliveries.map((delivery) => ({ eventId: delivery.eventId, request: requestOf(delivery) }));
  const connections = await Promise.all(Array.from({ length: atOnce }, () => opened(port)));
  const sentAt = new Map<string, number>();
  const startedAt = performance.now();
  try {
    await Promise.all(
      connections.map(async (connection) => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          sentAt.set(next.eventId, Date.now());
          await answered(connection, next.request);
        }
      }),
    );
    return { seconds: (performance.now() - startedAt) / 1_000, sentAt };
  } finally {
    for (const connection of connections) connection.destroy();
  }
}

function requestOf({ body, signature }: Delivery): Buffer {
  const head = [
    'POST /api/webhooks/stripe HTTP/1.1',
    'Host: 127.0.0.1',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${String(Buffer.byteLength(body))}`,
    `Stripe-Signature: ${signature}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function opened(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true }, () => {
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** Resolves when the answer is whole, and a success. */
function answered(socket: Socket, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const end = (error?: Error) => {
      socket.off('data', take).off('close', closed).off('error', end);
      if (error === undefined) resolve();
      else reject(error);
    };
    const closed = () => {
      end(new Error(`a delivery was not answered: ${answer.slice(0, 100)}`));
    };
    const take = (chunk: Buffer) => {
      answer += chunk.toString('latin1');
      if (!isWhole(answer)) return;
      if (answer.startsWith('HTTP/1.1 200 ')) end();
      else end(new Error(`a delivery was answered with ${answer.slice(0, 300)}`));
    };
    socket.on('data', take).on('close', closed).on('error', end);
    socket.write(request);
  });
}

/** Whether an answer has come to its end, by its length or by its last chunk. */
function isWhole(answer: string): boolean {
  const head = answer.indexOf('\r\n\r\n');
  if (head < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(answer.slice(0, head))?.[1];
  return length === undefined ? answer.endsWith('\r\n0\r\n\r\n') : answer.length - head - 4 >= Number(length);
}
