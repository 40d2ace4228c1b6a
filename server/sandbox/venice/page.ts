import { randomBytes } from 'node:crypto';

/** Markup that is already escaped; only `html` makes it. */
export interface Markup {
  readonly markup: string;
}

type Part = string | number | Markup | readonly Markup[];

/** Tagged template: every inserted string is escaped, markup is taken as it is. */
export function html(texts: TemplateStringsArray, ...parts: Part[]): Markup {
  const written = texts.map((text, index) => text + (index < parts.length ? write(parts[index] ?? '') : ''));
  return { markup: written.join('') };
}

export interface Page {
  title: string;
  body: Markup;
  status?: number;
  /** Origins besides its own that a form of this page may lead to, by redirect. */
  formTargets?: readonly string[];
}

export function pageResponse(page: Page): Response {
  const nonce = randomBytes(16).toString('base64');
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${page.title}</title>
        <style nonce="${nonce}">
          ${{ markup: style }}
        </style>
      </head>
      <body>
        <header class="bar">Venice sandbox: nobody here is real, and nothing here leaves this machine.</header>
        <main>${page.body}</main>
      </body>
    </html>`;
  return new Response(document.markup, {
    status: page.status ?? 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'content-security-policy': [
        `default-src 'none'`,
        `style-src 'nonce-${nonce}'`,
        `form-action 'self' ${(page.formTargets ?? []).join(' ')}`.trim(),
        `base-uri 'none'`,
        `frame-ancestors 'none'`,
      ].join('; '),
    },
  });
}

export interface SelectField {
  name: string;
  label: string;
  options: readonly (readonly [string, string])[];
  chosen: string;
}

export function selectField(input: SelectField): Markup {
  const options = input.options.map(([value, label]) =>
    value === input.chosen
      ? html`<option value="${value}" selected>${label}</option>`
      : html`<option value="${value}">${label}</option>`,
  );
  return html`<div class="field">
    <label for="${input.name}">${input.label}</label>
    <select id="${input.name}" name="${input.name}">
      ${options}
    </select>
  </div>`;
}

function write(part: Part): string {
  if (typeof part === 'string') return escapeText(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map((each) => each.markup).join('');
}

function escapeText(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const style = `
:root { color-scheme: light dark; --page: #f7f2e7; --surface: #fffdf8; --text: #1f1a14; --muted: #5e5547;
  --accent: #0f5c63; --on-accent: #fffdf8; --border: #857a64; }
@media (prefers-color-scheme: dark) {
  :root { --page: #11161b; --surface: #1a2128; --text: #ece6d9; --muted: #a9a08f;
    --accent: #d9b45b; --on-accent: #11161b; --border: #6f7a85; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/24px system-ui, -apple-system, 'Segoe UI', sans-serif; }
.bar { margin: 0; padding: 4px 16px; background: var(--accent); color: var(--on-accent);
  font-size: 14px; line-height: 20px; text-align: center; }
main { max-width: 720px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { font: 600 32px/40px Georgia, 'Times New Roman', serif; margin: 0 0 8px; }
h2 { font-size: 16px; margin: 24px 0 8px; }
p { margin: 0 0 16px; }
.muted { color: var(--muted); }
ul { list-style: none; margin: 0 0 16px; padding: 0; display: grid; gap: 8px; }
@media (min-width: 560px) { ul.people { grid-template-columns: 1fr 1fr; } }
button, input, select, textarea { font: inherit; color: inherit; }
button { cursor: pointer; min-height: 44px; padding: 8px 16px; border-radius: 6px;
  border: 1px solid var(--border); background: var(--surface); }
button:hover { border-color: var(--accent); }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.person { width: 100%; height: 100%; text-align: left; }
button.person strong, button.person span { display: block; overflow-wrap: anywhere; }
button.person span { color: var(--muted); font-size: 14px; line-height: 20px; }
input, select, textarea { width: 100%; min-height: 44px; padding: 8px; border-radius: 6px;
  border: 1px solid var(--border); background: var(--surface); }
label, legend { display: block; margin: 0 0 4px; font-weight: 600; }
.field { margin: 0 0 16px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
details { margin: 24px 0; }
summary { cursor: pointer; padding: 8px 0; font-weight: 600; }
code { overflow-wrap: anywhere; }
`;
