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

/** A 503 page in the visitor's language, with `Retry-After`. */
export function unavailablePage(locale: keyof typeof texts): Response {
  const text = texts[locale];
  const html = `<!doctype html>
<html lang="${locale}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>${text.title}</title></head>
<body><main><h1>${text.heading}</h1><p>${text.body}</p><p><a href="">${text.again}</a></p></main></body>
</html>`;
  return new Response(html, {
    status: 503,
    headers: { 'content-type': 'text/html; charset=utf-8', 'retry-after': '5', 'cache-control': 'no-store' },
  });
}
