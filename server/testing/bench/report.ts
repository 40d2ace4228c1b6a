import { median, quantile, ratios, type Measurement } from './rounds.ts';

export interface Figure {
  name: string;
  value: number;
  /** What the figure must keep; null when it is only told. */
  required: { atLeast: number } | { atMost: number } | null;
}

/** Collects figures and prints each as it comes. */
export interface Report {
  /** A heading or a remark. */
  line(text: string): void;
  /** The rates of one case, as a table; of transfers unless told. */
  rates(measurements: readonly Measurement[], unit?: string): void;
  /** How many times faster the first is than the second: the median over the rounds. */
  ratio(name: string, [first, second]: readonly [Measurement, Measurement], required?: Figure['required']): void;
  figure(name: string, value: number, required?: Figure['required']): void;
  figures(): Figure[];
}

export function createReport(write: (line: string) => void): Report {
  const figures: Figure[] = [];
  const note = (figure: Figure, remark: string) => {
    figures.push(figure);
    write(`  ${figure.name.padEnd(64)} ${rounded(figure.value).padStart(9)}  ${remark}${verdict(figure)}`);
  };
  return {
    line: write,
    rates: (measurements, unit = 'transfers/s') => {
      for (const { name, rates } of measurements) {
        const spread = `${rounded(Math.min(...rates))} to ${rounded(Math.max(...rates))}`;
        write(`  ${name.padEnd(48)} ${rounded(median(rates)).padStart(9)} ${unit}  (${spread})`);
        figures.push({ name: `${name}, ${unit}`, value: median(rates), required: null });
      }
    },
    ratio: (name, [first, second], required = null) => {
      const values = ratios(first, second);
      const spread = `(${rounded(quantile(values, 0))} to ${rounded(quantile(values, 1))})`;
      note({ name, value: median(values), required }, spread);
    },
    figure: (name, value, required = null) => note({ name, value, required }, ''),
    figures: () => figures,
  };
}

export function isMet({ value, required }: Figure): boolean {
  if (required === null) return true;
  return 'atLeast' in required ? value >= required.atLeast : value <= required.atMost;
}

function verdict(figure: Figure): string {
  if (figure.required === null) return '';
  const bound =
    'atLeast' in figure.required ? `at least ${figure.required.atLeast}` : `at most ${figure.required.atMost}`;
  return ` ${bound}: ${isMet(figure) ? 'met' : 'MISSED'}`;
}

/** Four significant digits, or whole. */
export function rounded(value: number): string {
  return Math.abs(value) >= 1000 ? String(Math.round(value)) : String(Number(value.toPrecision(4)));
}
