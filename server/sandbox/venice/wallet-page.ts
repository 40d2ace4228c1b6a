import { base58, base64 } from '@scure/base';
import { html, pageResponse, selectField } from './page.ts';
import type { VeniceState } from './state.ts';
import { walletSignature } from './wallets.ts';

const messageLengthMax = 4_096;

/** Stands in for a wallet: signs whatever it is given with the key of whoever is picked. */
export function walletPage(state: VeniceState): Response {
  return page(state, { username: state.citizens()[0]?.username ?? '', message: '' });
}

/** A form gets the page with the signature, JSON gets `{ signature, address }`, both in base58. */
export async function signWithWallet(state: VeniceState, request: Request): Promise<Response> {
  const isForm = (request.headers.get('content-type') ?? '').startsWith('application/x-www-form-urlencoded');
  const text = await request.text();
  const given = isForm ? Object.fromEntries(new URLSearchParams(text)) : fieldsOf(text);
  const username = given['username'] ?? '';
  // A form sends lines that end as they do in mail; what was to be signed ends them with a line feed alone.
  const message = (given['message'] ?? '').replaceAll('\r\n', '\n');
  const wallet = state.find(username)?.wallet ?? null;
  if (wallet === null || message === '' || message.length > messageLengthMax) {
    return Response.json({ error: wallet === null ? 'no_wallet' : 'no_message' }, { status: 400 });
  }
  const signature = walletSignature(username, message);
  if (!isForm) return Response.json({ signature: base58.encode(signature), address: wallet });
  return page(state, { username, message, signature });
}

function page(state: VeniceState, input: { username: string; message: string; signature?: Uint8Array }): Response {
  const owners = state.citizens().filter(({ wallet }) => wallet !== null);
  const body = html`
    <h1>Test wallet</h1>
    <p class="muted">
      Every citizen's wallet at once. Pick one, paste the message to sign, and take the signature back.
    </p>
    <form method="post" action="/wallet">
      ${selectField({
        name: 'username',
        label: 'Whose wallet',
        options: owners.map(({ username, wallet }) => [username, `${username} (${wallet ?? ''})`] as const),
        chosen: input.username,
      })}
      <div class="field">
        <label for="message">Message</label>
        <textarea id="message" name="message" rows="10" required maxlength="${messageLengthMax}">
${input.message}</textarea>
      </div>
      <button class="primary" type="submit">Sign</button>
    </form>
    ${input.signature === undefined ? [] : [signatureFields(input.signature)]}
  `;
  return pageResponse({ title: 'Test wallet (Venice sandbox)', body });
}

function signatureFields(signature: Uint8Array) {
  return html`<section aria-labelledby="signature">
    <h2 id="signature">Signature</h2>
    <div class="field">
      <label for="base58">Base58</label>
      <input id="base58" readonly value="${base58.encode(signature)}" />
    </div>
    <div class="field">
      <label for="base64">Base64</label>
      <input id="base64" readonly value="${base64.encode(signature)}" />
    </div>
  </section>`;
}

function fieldsOf(text: string): Record<string, string> {
  const parsed: unknown = parsedOrNull(text);
  if (typeof parsed !== 'object' || parsed === null) return {};
  return Object.fromEntries(
    Object.entries(parsed).filter((field): field is [string, string] => typeof field[1] === 'string'),
  );
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
