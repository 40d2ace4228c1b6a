import { randomBytes } from 'node:crypto';

import type { SandboxReply } from '#server/sandbox/stripe/wire/http.ts';
import { stylesheet } from '#server/sandbox/stripe/pages/page-styles.ts';

/** Markup that is already safe; everything else is escaped when it is put into a page. */
export interface Markup {
  readonly markup: string;
}

type Part = Markup | string | number | null | false | readonly Markup[];

export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  let text = strings[0] ?? '';
  parts.forEach((part, index) => {
    text += textOf(part) + (strings[index + 1] ?? '');
  });
  return { markup: text };
}

function textOf(part: Part): string {
  if (part === null || part === false) return '';
  if (typeof part === 'string' || typeof part === 'number') return escape(String(part));
  if ('markup' in part) return part.markup;
  return part.map((item) => item.markup).join('');
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

export interface Page {
  title: string;
  body: Markup;
  /** Where a form of this page may lead, beside the sandbox itself. */
  formOrigins?: readonly string[];
  status?: number;
}

/** A whole page without any script, under a policy that allows none. */
export function page({ title, body, formOrigins = [], status = 200 }: Page): SandboxReply {
  const nonce = randomBytes(16).toString('base64');
  const document = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="icon" href="data:," />
        <style nonce="${nonce}">
          ${{ markup: stylesheet }}
        </style>
      </head>
      <body>
        <aside class="notice" aria-label="Sandbox">Stripe sandbox of CASCADE: no real money, no real cards.</aside>
        ${body}
      </body>
    </html> `;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy':
        `default-src 'none'; style-src 'nonce-${nonce}'; img-src data:; base-uri 'none'; frame-ancestors 'none'; ` +
        `form-action ${["'self'", ...formOrigins].join(' ')}`,
      'referrer-policy': 'no-referrer',
      'x-content-type-options': 'nosniff',
    },
    body: document.markup,
  };
}

/** "$1,234.50" from whole cents. */
export function dollars(cents: number): string {
  const text = String(cents).padStart(3, '0');
  const whole = text.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, ',');
  return `$${whole}.${text.slice(-2)}`;
}
