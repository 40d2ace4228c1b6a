import { html, type Markup } from '#server/sandbox/stripe/pages/page-layout.ts';

/** A form of one button that makes something happen. */
export function button(label: string, fields: Record<string, string>): Markup {
  const inputs = Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
  );
  return html`<form method="post" action="/_sandbox/control">${inputs}<button type="submit">${label}</button></form>`;
}

/** A table that a keyboard can scroll. */
export function table(title: string, heads: readonly string[], rows: readonly Markup[]): Markup {
  return html`<div class="scroll" tabindex="0" role="group" aria-label="${title}, scrolls sideways">
    <table>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

export function timeOf(seconds: number): string {
  return `${new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
