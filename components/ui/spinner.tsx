/** An hourglass rather than a spinning wheel: it says "waiting" without moving. */
export function Spinner() {
  return (
    <svg viewBox="0 0 16 16" className="size-icon-sm shrink-0" aria-hidden="true" focusable="false">
      <path
        d="M4 1.5h8M4 14.5h8M5 1.5c0 4 6 4.5 6 6.5s-6 2.5-6 6.5M11 1.5c0 4-6 4.5-6 6.5s6 2.5 6 6.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
      />
    </svg>
  );
}
