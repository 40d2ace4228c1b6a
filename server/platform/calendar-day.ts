/** The clock by which days begin and end on statements and pages. */
export const veniceTimeZone = 'Europe/Rome';

/** A day as a date field gives it: "2026-11-21". */
export type CalendarDay = string;

const dayMs = 86_400_000;

/** The day if it exists in the calendar, else undefined. */
export function dayOf(text: string | undefined): CalendarDay | undefined {
  if (text === undefined || !/^[12]\d{3}-\d{2}-\d{2}$/.test(text)) return undefined;
  const midnight = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(text) ? text : undefined;
}

/** The day that it is at a moment, where the clock shows `timeZone`. */
export function dayAt(moment: Date, timeZone: string): CalendarDay {
  return new Date(moment.getTime() + offsetMs(moment, timeZone)).toISOString().slice(0, 10);
}

/** The day that many days before; negative counts lead forward. */
export function daysBefore(day: CalendarDay, count: number): CalendarDay {
  return new Date(utcMidnight(day) - count * dayMs).toISOString().slice(0, 10);
}

export function nextDay(day: CalendarDay): CalendarDay {
  return daysBefore(day, -1);
}

/** How many days the period has, the first and the last included. */
export function daysBetween(first: CalendarDay, last: CalendarDay): number {
  return (utcMidnight(last) - utcMidnight(first)) / dayMs + 1;
}

/** The moment at which the day begins where the clock shows `timeZone`. */
export function startOfDay(day: CalendarDay, timeZone: string): Date {
  const midnight = utcMidnight(day);
  const nearby = new Date(midnight - offsetMs(new Date(midnight), timeZone));
  // Asked again there: the clock may have changed between the two moments.
  return new Date(midnight - offsetMs(nearby, timeZone));
}

function utcMidnight(day: CalendarDay): number {
  return Date.parse(`${day}T00:00:00Z`);
}

/** How far the clock of a place is ahead of UTC. */
function offsetMs(moment: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(moment);
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0'] = /([+-])(\d{2}):(\d{2})$/.exec(name) ?? [];
  const offset = (Number.parseInt(hours, 10) * 60 + Number.parseInt(minutes, 10)) * 60_000;
  return sign === '-' ? -offset : offset;
}
