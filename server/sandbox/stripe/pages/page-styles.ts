/** The look of the sandbox's own pages: quiet, two columns where there is room, both themes. */
export const stylesheet = `
:root {
  --page: #ffffff; --panel: #f4f5f8; --surface: #ffffff; --text: #1a1f36; --muted: #4f566b;
  --line: #c9ced8; --control: #7b8394; --accent: #0f5c63; --on-accent: #ffffff;
  --danger: #9b1c1c; --danger-surface: #fdeeee; --success: #1d6b3a; --notice: #fbe9b7; --on-notice: #4a3900;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12161d; --panel: #1a202a; --surface: #12161d; --text: #e8ebf2; --muted: #a8b0c0;
    --line: #3a4353; --control: #7d889b; --accent: #6fc7cf; --on-accent: #0b1417;
    --danger: #f39a90; --danger-surface: #3a1c1c; --success: #86c79a; --notice: #4a3d12; --on-notice: #fbe9b7;
  }
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 16px/24px Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; -webkit-font-smoothing: antialiased; }
a { color: var(--accent); text-underline-offset: 3px; }
h1, h2, p, dl, dd, ul, ol, table, fieldset { margin: 0; padding: 0; border: 0; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
.notice { background: var(--notice); color: var(--on-notice); text-align: center; font-size: 13px; line-height: 20px; padding: 4px 16px; }
.checkout { display: grid; min-height: calc(100vh - 28px); grid-template-columns: 1fr; }
.summary { background: var(--panel); padding: 24px 16px; }
.payment { background: var(--surface); padding: 24px 16px 40px; }
.column { width: 100%; max-width: 420px; margin: 0 auto; }
@media (min-width: 860px) {
  .checkout { grid-template-columns: 1fr 1fr; }
  .summary { padding: 64px 48px; } .payment { padding: 64px 48px; }
  .summary .column { margin: 0 0 0 auto; } .payment .column { margin: 0; }
}
.back { display: inline-flex; gap: 8px; align-items: center; min-height: 44px; font-weight: 500; text-decoration: none; }
.back:hover { text-decoration: underline; }
.muted { color: var(--muted); }
.small { font-size: 14px; line-height: 20px; }
.summary h1 { font-size: 16px; font-weight: 500; color: var(--muted); margin-top: 16px; }
.total { font-size: 36px; line-height: 44px; font-weight: 650; letter-spacing: -0.01em; font-variant-numeric: tabular-nums; margin-top: 4px; }
.items { list-style: none; margin-top: 24px; display: grid; gap: 16px; }
.items li { display: grid; grid-template-columns: 1fr auto; gap: 4px 16px; }
.items .description { grid-column: 1 / 2; }
.amount { font-variant-numeric: tabular-nums; white-space: nowrap; }
.sum { display: flex; justify-content: space-between; border-top: 1px solid var(--line); margin-top: 24px; padding-top: 16px; font-weight: 600; }
.challenge h1, h2 { font-size: 20px; line-height: 28px; font-weight: 600; }
h2.other { margin-top: 40px; }
form.pay { display: grid; gap: 16px; margin-top: 16px; }
.field { display: grid; gap: 4px; }
.pair { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
label { font-size: 14px; line-height: 20px; font-weight: 500; }
input, select { font: inherit; color: inherit; background: var(--surface); width: 100%; min-height: 44px; padding: 8px 12px; border: 1px solid var(--control); border-radius: 6px; }
input[aria-invalid="true"] { border-color: var(--danger); border-width: 2px; }
input[readonly] { background: var(--panel); }
.field .problem { color: var(--danger); font-size: 14px; line-height: 20px; }
.alert { border: 1px solid var(--danger); background: var(--danger-surface); color: var(--danger); border-radius: 6px; padding: 12px 16px; margin-top: 16px; }
button, .button { font: inherit; font-weight: 600; min-height: 44px; padding: 8px 16px; border-radius: 6px; border: 1px solid var(--control); background: var(--surface); color: var(--text); cursor: pointer; text-decoration: none; display: inline-flex; align-items: center; justify-content: center; gap: 8px; }
button:hover, .button:hover { border-color: var(--text); }
button.primary { background: var(--accent); border-color: var(--accent); color: var(--on-accent); min-height: 48px; }
details { margin-top: 24px; border: 1px solid var(--line); border-radius: 6px; }
summary { padding: 12px 16px; cursor: pointer; font-weight: 500; }
.cards { list-style: none; padding: 0 16px 12px; display: grid; gap: 4px; }
.cards a { display: grid; grid-template-columns: 1fr; padding: 6px 0; text-decoration: none; }
.cards a:hover .number { text-decoration: underline; }
.cards .number { font-variant-numeric: tabular-nums; font-weight: 500; }
.challenge { max-width: 420px; margin: 64px auto; padding: 24px 16px; }
.challenge .choices { display: grid; gap: 12px; margin-top: 24px; }
.challenge dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 16px; margin-top: 16px; }
.challenge dd { text-align: right; font-variant-numeric: tabular-nums; }
.console { max-width: 1100px; margin: 0 auto; padding: 24px 16px 64px; }
.console section { margin-top: 40px; }
.console h1 { font-size: 28px; line-height: 36px; }
.tools { display: flex; flex-wrap: wrap; gap: 16px; margin-top: 16px; align-items: end; }
.tools form { display: flex; gap: 8px; align-items: end; flex-wrap: wrap; }
.tools .field { width: 140px; }
.tools .field.wide { width: min(280px, 100%); }
.plain { list-style: none; display: grid; gap: 4px; margin-top: 12px; }
.scroll { overflow-x: auto; margin-top: 16px; border: 1px solid var(--line); border-radius: 6px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; line-height: 20px; }
th, td { text-align: left; padding: 8px 12px; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
th { color: var(--muted); font-weight: 500; white-space: nowrap; }
td.code { font-family: ui-monospace, SFMono-Regular, Menlo, monospace; font-size: 13px; overflow-wrap: anywhere; min-width: 180px; }
td form { display: inline-flex; margin: 0 8px 4px 0; }
td button { min-height: 32px; padding: 2px 10px; font-weight: 500; }
.state-delivered { color: var(--success); } .state-held, .state-dropped, .state-given_up { color: var(--danger); }
@media (prefers-reduced-motion: no-preference) { button, a { transition: border-color 120ms, background-color 120ms; } }
`;
