import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

/** A letter as it came over the wire. */
export interface ReceivedMail {
  from: string;
  to: string;
  /** Headers by their small name, unfolded. */
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface SmtpServer {
  url: string;
  received: ReceivedMail[];
  /** What it answers to the end of a letter; null takes it. `hang up` takes it and leaves without a word. */
  answer: string | null;
  close: () => Promise<void>;
}

/** A mail server of a test: real SMTP over a real socket, as much of it as a client needs (RFC 5321). */
export async function startSmtpServer(): Promise<SmtpServer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    converse(socket, smtp);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const smtp: SmtpServer = {
    url: `smtp://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    received: [],
    answer: null,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return smtp;
}

function converse(socket: Socket, smtp: SmtpServer): void {
  const say = (line: string) => socket.write(`${line}\r\n`);
  let [from, to] = ['', ''];
  let letter: string[] | null = null;
  createInterface({ input: socket }).on('line', (line) => {
    if (letter !== null) {
      if (line !== '.') return void letter.push(line.replace(/^\./, ''));
      const { answer } = smtp;
      if (answer === null || answer === 'hang up') smtp.received.push({ from, to, ...parsed(letter) });
      letter = null;
      if (answer === 'hang up') return void socket.destroy();
      return void say(answer ?? '250 taken');
    }
    const address = /<([^>]*)>/.exec(line)?.[1] ?? '';
    switch (line.slice(0, 4).toUpperCase()) {
      case 'MAIL':
        from = address;
        return void say('250 yes');
      case 'RCPT':
        to = address;
        return void say('250 yes');
      case 'DATA':
        letter = [];
        return void say('354 go on');
      case 'QUIT':
        return void socket.end('221 farewell\r\n');
      default:
        return void say('250 yes');
    }
  });
  say('220 a mail server of a test');
}

function parsed(lines: readonly string[]): Pick<ReceivedMail, 'headers' | 'body'> {
  const blank = lines.indexOf('');
  const unfolded = lines.slice(0, blank).join('\n').replaceAll(/\n\s+/g, ' ').split('\n');
  const headers = unfolded.map((line) => {
    const at = line.indexOf(':');
    return [line.slice(0, at).toLowerCase(), line.slice(at + 1).trim()] as const;
  });
  return { headers: Object.fromEntries(headers), body: lines.slice(blank + 1).join('\n') };
}
