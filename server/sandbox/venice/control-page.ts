import { demoCitizens } from './citizens-data.ts';
import { html, pageResponse, selectField } from './page.ts';
import type { Markup } from './page.ts';
import type { VeniceState } from './state.ts';
import { tokenForm } from './token-page.ts';

const classes = [
  'Nobili',
  'Cittadini',
  'Popolani',
  'Facchini',
  'Forestieri',
  'Artisti',
  'Clero',
  'Scientisti',
  'Innovatori',
  'Ambasciatore',
];

const choices = {
  api: [
    ['normal', 'answers'],
    ['fallback', 'answers with its sample citizens (_fallback)'],
    ['sample', 'answers with its sample citizens, unmarked'],
    ['error', 'fails with 500'],
    ['flaky', 'fails now and then with 500'],
    ['throttled', 'wants fewer calls (429 with Retry-After)'],
    ['unauthorized', 'wants a token (401)'],
    ['slow', 'answers slowly'],
    ['hang', 'never answers'],
  ],
  casing: [
    ['today', 'as today: isAI, socialClass'],
    ['legacy', 'oldest: both spellings, a bare list'],
    ['odd', 'odd: CitizenName, Social_Class, is_ai: 1'],
  ],
  remembersNotFound: [
    ['true', 'on'],
    ['false', 'off'],
  ],
} as const;

/** `audience` is whom tokens are most often for. */
export function controlPage(state: VeniceState, audience: string): Response {
  const { api, casing, remembersNotFound, failEvery, retryAfterSeconds, slowMs } = state.switches;
  const { calls, connectionsMost } = state.traffic;
  const body = html`
    <h1>Venice sandbox</h1>
    <p class="muted">Make Venice misbehave in the ways the real one does. A restart switches everything back.</p>
    <p class="muted">Calls since the last reset: ${calls}, on at most ${connectionsMost} connections at a time.</p>
    <form method="post" action="/sandbox/control">
      ${selectField({ name: 'api', label: 'The citizens API', options: choices.api, chosen: api })}
      ${selectField({ name: 'casing', label: 'Spelling of keys', options: choices.casing, chosen: casing })}
      ${selectField({
        name: 'remembersNotFound',
        label: 'Five minutes of citizen: null after a 404',
        options: choices.remembersNotFound,
        chosen: String(remembersNotFound),
      })}
      ${number({ name: 'failEvery', label: 'Failing now and then: every n-th call', value: failEvery })}
      ${number({ name: 'retryAfterSeconds', label: 'Retry-After, in seconds', value: retryAfterSeconds })}
      ${number({ name: 'slowMs', label: 'Slow: milliseconds per answer', value: slowMs })}
      <button class="primary" type="submit">Apply</button>
      <button type="submit" name="reset" value="true">Reset everything</button>
    </form>
    <h2>Change a citizen's class</h2>
    <form method="post" action="/sandbox/control">
      ${selectField({
        name: 'username',
        label: 'Citizen',
        options: state.citizens().map((each) => [each.username, `${each.username} (${each.socialClass})`] as const),
        chosen: demoCitizens[0]?.username ?? '',
      })}
      ${selectField({
        name: 'socialClass',
        label: 'Social class',
        options: classes.map((each) => [each, each] as const),
        chosen: 'Nobili',
      })}
      <button class="primary" type="submit">Change class</button>
    </form>
    ${tokenForm(state, audience)}
    <h2>Keys</h2>
    <p class="muted">A new key signs from then on; the one before it stays published, older ones are gone.</p>
    <form method="post" action="/sandbox/control">
      <button type="submit" name="rotateKeys" value="true">Rotate the signing keys</button>
    </form>
    <p><a href="/wallet">The test wallet signs as any citizen.</a></p>
  `;
  return pageResponse({ title: 'Venice sandbox', body });
}
function number(input: { name: string; label: string; value: number }): Markup {
  return html`<div class="field">
    <label for="${input.name}">${input.label}</label>
    <input id="${input.name}" name="${input.name}" type="number" min="0" required value="${input.value}" />
  </div>`;
}
