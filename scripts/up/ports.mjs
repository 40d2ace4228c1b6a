import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const portsMax = 65_535;

/** Whether one can listen on this port of the loopback interface (and of `host` when given). */
export async function isPortFree(port, host = '127.0.0.1') {
  if (port < 1 || port > portsMax) return false;
  return (await tryListen(port, host)) !== null;
}

/** A port nobody uses at the moment. */
export async function freePort() {
  const port = await tryListen(0, '127.0.0.1');
  if (port === null) throw new Error('no free port on 127.0.0.1');
  return port;
}

function tryListen(port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(null);
      else reject(error);
    });
    server.listen({ port, host, exclusive: true }, () => {
      const taken = server.address().port;
      server.close(() => resolve(taken));
    });
  });
}

/**
 * One port for each name, the same at every start of this data folder as long as nobody else took it:
 * addresses that were written into the database (an issuer, a checkout page) stay valid.
 */
export async function rememberedPorts(folder, names) {
  const file = join(folder, 'ports.json');
  const known = readPorts(file);
  const ports = {};
  for (const name of names) {
    const port = known[name];
    const isUsable = Number.isInteger(port) && !Object.values(ports).includes(port) && (await isPortFree(port));
    ports[name] = isUsable ? port : await freePort();
  }
  writeFileSync(file, `${JSON.stringify({ ...known, ...ports }, null, 2)}\n`);
  return ports;
}

function readPorts(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return {};
  }
}
