import { demoCitizens } from './citizens-data.ts';
import type { SandboxCitizen } from './citizens-data.ts';
import { html, pageResponse } from './page.ts';
import type { Markup } from './page.ts';

export interface AuthorizePageInput {
  citizens: readonly SandboxCitizen[];
  clientId: string;
  redirectUri: string;
  /** The validated authorization request, carried through the form and validated again on its way back. */
  parameters: readonly (readonly [string, string])[];
}

/** Each citizen is a submit button, so that one click, or Tab and Enter, signs in. */
export function authorizePage(input: AuthorizePageInput): Response {
  const demoNames = new Set(demoCitizens.map((citizen) => citizen.username));
  const demo = input.citizens.filter((citizen) => demoNames.has(citizen.username));
  const others = input.citizens.filter((citizen) => !demoNames.has(citizen.username));
  const hidden = input.parameters.map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);
  const body = html`
    <h1>Who are you?</h1>
    <p class="muted">
      <strong>${input.clientId}</strong> asks Venice who you are. Pick the citizen you want to be; you return to
      <code>${new URL(input.redirectUri).origin}</code>.
    </p>
    <form method="post" action="/authorize">
      ${hidden}
      <h2>Demo citizens</h2>
      <ul class="people">
        ${demo.map(personButton)}
      </ul>
      <details>
        <summary>Other citizens</summary>
        <ul class="people">
          ${others.map(personButton)}
        </ul>
      </details>
      <button type="submit" name="decision" value="deny">Cancel and go back</button>
    </form>
    <details>
      <summary>Someone the list does not show</summary>
      <form method="post" action="/authorize">
        ${hidden}
        <div class="field">
          <label for="username">Exact username</label>
          <input id="username" name="username" required maxlength="64" autocomplete="off" />
        </div>
        <button type="submit">Continue as this citizen</button>
      </form>
    </details>
  `;
  return pageResponse({
    title: 'Sign in with Venice (sandbox)',
    body,
    formTargets: [new URL(input.redirectUri).origin],
  });
}

export function refusedPage(reason: string): Response {
  return pageResponse({
    title: 'Sign-in refused (sandbox)',
    status: 400,
    body: html`
      <h1>This sign-in cannot go on</h1>
      <p>${reason}</p>
      <p class="muted">Go back to the application and start again.</p>
    `,
  });
}

function personButton(citizen: SandboxCitizen): Markup {
  return html`<li>
    <button class="person" type="submit" name="username" value="${citizen.username}">
      <strong>${citizen.firstName} ${citizen.lastName}</strong>
      <span>${citizen.username} · ${citizen.socialClass}${citizen.isAI ? ' · AI citizen' : ''}</span>
    </button>
  </li>`;
}
