import { html, pageResponse, selectField } from './page.ts';
import type { Markup } from './page.ts';
import type { VeniceState } from './state.ts';

/** What `amr` can say on the page, by what is written there. */
const proofs = [
  ['', 'nothing about how they proved it'],
  ['pwd', 'a password (pwd)'],
  ['hwk', 'a hardware key (hwk)'],
  ['otp mfa', 'a one-time code, two factors (otp, mfa)'],
] as const;

/** The form with which a person gets a token for a citizen, most often an AI citizen. */
export function tokenForm(state: VeniceState, audience: string): Markup {
  const [ai, others] = [true, false].map((isAI) => state.citizens().filter((each) => each.isAI === isAI));
  const options = [...(ai ?? []), ...(others ?? [])].map(
    ({ username, isAI }) => [username, isAI ? `${username} (AI citizen)` : username] as const,
  );
  return html`<h2>A token for an AI citizen or a machine</h2>
    <form method="post" action="/sandbox/token">
      ${selectField({ name: 'citizen', label: 'For whom', options, chosen: options[0]?.[0] ?? '' })}
      ${selectField({ name: 'amr', label: 'The token says they proved themselves by', options: proofs, chosen: '' })}
      <div class="field">
        <label for="audience">Good for (audience)</label>
        <input id="audience" name="audience" required maxlength="200" value="${audience}" />
      </div>
      <button class="primary" type="submit">Issue a token</button>
    </form>`;
}

export function tokenPage(issued: { username: string; token: string; audience: string }): Response {
  const { username, token, audience } = issued;
  const call = `curl -H 'Authorization: Bearer ${token}' ${audience}/trpc/session.current`;
  return pageResponse({
    title: 'A token (Venice sandbox)',
    body: html`<h1>A token for ${username}</h1>
      <p class="muted">Good for an hour, and only for <code>${audience}</code>. It is kept nowhere.</p>
      <div class="field">
        <label for="token">Token</label>
        <textarea id="token" rows="8" readonly>${token}</textarea>
      </div>
      <div class="field">
        <label for="call">For example</label>
        <textarea id="call" rows="8" readonly>${call}</textarea>
      </div>
      <p><a href="/sandbox">Back to the switches</a></p>`,
  });
}
