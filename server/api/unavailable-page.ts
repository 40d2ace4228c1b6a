/** The page shown while PostgreSQL is away: needs no database, no script and no build. */
const texts = {
  en: {
    title: 'CASCADE is briefly closed',
    heading: 'The books are closed for a moment',
    body: 'The ledger cannot be reached right now. Nothing is lost: what was booked stays booked. Please try again in a minute.',
    again: 'Try again',
  },
  it: {
    title: 'CASCADE è chiuso per un momento',
    heading: 'I libri sono chiusi per un momento',
    body: 'Il registro non è raggiungibile in questo momento. Nulla è andato perso: ciò che era registrato lo resta. Riprova tra un minuto.',
    again: 'Riprova',
  },
} as const;

/** The house's colours, repeated here because the stylesheet belongs to the build. */
const style = `
:root { color-scheme: light dark; --page: #F7F2E7; --text: #1F1A14; --muted: #5E5547; --accent: #0F5C63; --on: #FFFDF8 }
@media (prefers-color-scheme: dark) { :root { --page: #11161B; --text: #ECE6D9; --muted: #A9A08F; --accent: #D9B45B; --on: #11161B } }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: var(--page); color: var(--text); font: 16px/24px Inter, system-ui, sans-serif }
main { max-width: 520px; padding: 24px }
h1 { margin: 0 0 16px; font: 600 32px/40px "Cormorant Garamond", Georgia, serif }
p { margin: 0 0 24px; color: var(--muted) }
a { display: inline-block; padding: 8px 16px; border-radius: 6px; background: var(--accent); color: var(--on); font-weight: 500; text-decoration: none }
a:focus-visible { outline: 2px solid var(--text); outline-offset: 2px }`;

export interface UnavailablePage {
  locale: keyof typeof texts;
  /** Of the policy that the answer carries; without it the page stays plain. */
  nonce: string;
}

/** A 503 page in the visitor's language, with `Retry-After`. */
export function unavailablePage({ locale, nonce }: UnavailablePage): Response {
  const text = texts[locale];
  const html = `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title}</title><style nonce="${nonce}">${style}</style></head>
<body><main><h1>${text.heading}</h1><p>${text.body}</p><a href="">${text.again}</a></main></body>
</html>`;
  return new Response(html, {
    status: 503,
    headers: { 'content-type': 'text/html; charset=utf-8', 'retry-after': '5', 'cache-control': 'no-store' },
  });
}
