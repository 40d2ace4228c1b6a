import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import { differentSearches } from '../bench/market-calls.ts';
import { hold } from './stage.ts';

/** 408 is the server's own word for a request that came too late. */
const busyCodes = ['search_busy', 'rate_limited', 'status 408'];
/** Connections that are opened at once: more would wait at the system's door, and not at the product's. */
const openedAtOnce = 256;
/** Who waits longer is lost. */
const patienceMs = 120_000;

export interface Flood {
  asked: number;
  answered: number;
  /** How many were refused, by code. */
  refused: Record<string, number>;
}

/**
 * Many more searches than anybody can answer, each on a connection of its own and all on their way at once: each is answered
 * or clearly refused, and none is lost.
 */
export async function floodSearches(base: string, { count, seed }: { count: number; seed: number }): Promise<Flood> {
  const paths = differentSearches(seed, count);
  const flood: Flood = { asked: paths.length, answered: 0, refused: {} };
  const sockets = await openAll(new URL(base), count);
  const codes = await Promise.all(sockets.map((socket, index) => searchOnce(`${base}${paths[index] ?? '/'}`, socket)));
  for (const code of codes) {
    if (code === null) flood.answered += 1;
    else flood.refused[code] = (flood.refused[code] ?? 0) + 1;
  }
  const others = Object.keys(flood.refused).filter((code) => !busyCodes.includes(code));
  hold(others.length === 0, `a search is answered or refused with ${busyCodes.join(' or ')}`, flood);
  const refused = Object.values(flood.refused).reduce((sum, times) => sum + times, 0);
  hold(flood.answered + refused === count, 'no search is lost', flood);
  hold(flood.answered > 0, 'some are answered', flood);
  return flood;
}

async function openAll(address: URL, count: number): Promise<Socket[]> {
  const sockets: Socket[] = [];
  while (sockets.length < count) {
    const more = Math.min(openedAtOnce, count - sockets.length);
    sockets.push(...(await Promise.all(Array.from({ length: more }, () => opened(address)))));
  }
  return sockets;
}

function opened({ protocol, hostname, port }: URL): Promise<Socket> {
  const isSecure = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  const place = { host, port: port === '' ? (isSecure ? 443 : 80) : Number.parseInt(port, 10) };
  return new Promise((resolve, reject) => {
    const socket = isSecure ? connectSecurely({ ...place, servername: host }) : connect(place);
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
    socket.once('error', reject);
  });
}

/** Null for an answer, otherwise the code of the refusal or what else came. */
function searchOnce(address: string, socket: Socket): Promise<string | null> {
  return new Promise((resolve) => {
    const failed = (error: Error) => {
      resolve(`no answer: ${error.message}`);
    };
    const { host, pathname, search } = new URL(address);
    const asking = { createConnection: () => socket, headers: { host }, path: pathname + search };
    const asked = httpRequest({ ...asking, signal: AbortSignal.timeout(patienceMs) }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.once('error', failed);
      response.once('end', () => {
        socket.destroy();
        resolve(codeOf(response.statusCode ?? 0, text));
      });
    });
    asked.once('error', failed);
    asked.end();
  });
}

function codeOf(status: number, text: string): string | null {
  if (status === 200) return null;
  const code = /"code":"([a-z_]+)"/.exec(text)?.[1];
  return status >= 500 || code === undefined ? `status ${String(status)}${code === undefined ? '' : ` ${code}`}` : code;
}
