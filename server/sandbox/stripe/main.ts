import { parseArgs } from 'node:util';

import { startStripeSandbox } from '#server/sandbox/stripe/server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    'state-dir': { type: 'string' },
    'webhook-url': { type: 'string' },
    'webhook-secret': { type: 'string', default: 'whsec_sandbox' },
    'app-origin': { type: 'string' },
    'balance-delay-ms': { type: 'string', default: '2000' },
    'bank-debit-delay-ms': { type: 'string', default: '60000' },
    'retry-base-ms': { type: 'string', default: '1000' },
  },
});

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number.parseInt(text, 10);
  process.stderr.write(`stripe sandbox: --${name} needs a whole number, not "${text}"\n`);
  process.exit(2);
}

function sentence(error: unknown): string {
  if (!(error instanceof Error)) return 'it could not start.';
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') return `port ${values.port} is taken; stop what uses it or choose another with --port.`;
  return error.message;
}

const sandbox = await startStripeSandbox({
  port: wholeNumber('port', values.port),
  stateDirectory: values['state-dir'] ?? null,
  webhookUrl: values['webhook-url'] ?? null,
  webhookSecret: values['webhook-secret'],
  appOrigin: values['app-origin'] ?? null,
  balanceDelayMs: wholeNumber('balance-delay-ms', values['balance-delay-ms']),
  bankDebitDelayMs: wholeNumber('bank-debit-delay-ms', values['bank-debit-delay-ms']),
  retryBaseMs: wholeNumber('retry-base-ms', values['retry-base-ms']),
}).catch((error: unknown) => {
  process.stderr.write(`stripe sandbox: ${sentence(error)}\n`);
  process.exit(1);
});
process.stdout.write(`${JSON.stringify({ listening: sandbox.url })}\n`);

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void sandbox.close().then(() => process.exit(0));
  });
}
