import { parseArgs } from 'node:util';
import { sandboxClient, startVeniceSandbox } from './server.ts';

/**
 * The Venice sandbox as a process of its own:
 * `node server/sandbox/venice/main.ts --state-dir DIR [--port 0] [--issuer-url URL] [--client-id ID]
 * [--client-secret SECRET] [--redirect-uri URL …]`. Prints one line of JSON when it listens.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '0' },
      'state-dir': { type: 'string' },
      'issuer-url': { type: 'string' },
      'client-id': { type: 'string', default: sandboxClient.id },
      'client-secret': { type: 'string', default: sandboxClient.secret },
      'redirect-uri': { type: 'string', multiple: true, default: [] },
    },
  });
  const stateDir = values['state-dir'];
  if (stateDir === undefined) throw new Error('The Venice sandbox needs --state-dir DIR to keep its key in.');
  if (!/^\d{1,5}$/.test(values.port)) throw new Error('--port takes a number from 0 to 65535.');
  const issuerUrl = values['issuer-url'];
  const sandbox = await startVeniceSandbox({
    port: parseInt(values.port, 10),
    stateDir,
    client: {
      id: values['client-id'],
      secret: values['client-secret'],
      redirectUris: values['redirect-uri'],
    },
    ...(issuerUrl === undefined ? {} : { issuerUrl }),
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      void sandbox.close();
    });
  }
  process.stdout.write(`${JSON.stringify({ listening: sandbox.listening, issuer: sandbox.url })}\n`);
}

try {
  await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : 'The Venice sandbox failed to start.'}\n`);
  process.exitCode = 1;
}
