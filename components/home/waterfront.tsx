import { box, circle, curve, line, steps } from '#components/listing/cover-motifs/pen.ts';
import type { Point } from '#components/listing/cover-motifs/pen.ts';

const bay = 60;
const height = 168;
const bays = 36;

/** The loggia along the water, drawn bay by bay: decoration under the first words of the home page. */
export function Waterfront() {
  const grain = 4;
  return (
    <svg
      viewBox={`0 0 ${bays * bay * grain} ${height * grain}`}
      preserveAspectRatio="xMidYMax slice"
      aria-hidden="true"
      focusable="false"
      className="block h-[120px] w-full sm:h-[150px] lg:h-[176px]"
    >
      <defs>
        <g id="waterfront-bay" fill="none" strokeWidth={4.4} strokeLinecap="round" strokeLinejoin="round">
          <path className="fill-cover-tint-rose stroke-none" d={box([0, 12], [bay, 26])} />
          <path className="stroke-cover-rose" d={bricks()} strokeWidth={2.8} />
          <path className="stroke-cover-gold" d={quatrefoil([0, 62])} />
          <path className="stroke-cover-ink" d={arcade()} />
        </g>
      </defs>
      {steps(0, bays - 1, bays).map((index) => (
        <use key={index} href="#waterfront-bay" x={index * bay * grain} />
      ))}
      <g fill="none" strokeLinecap="round">
        <path
          className="stroke-cover-ink"
          strokeWidth={4.4}
          d={line([
            [0, 132],
            [bays * bay, 132],
          ])}
        />
        <path className="stroke-cover-lagoon" strokeWidth={3.2} d={ripples()} />
      </g>
    </svg>
  );
}

function bricks(): string {
  return [19, 25, 31]
    .flatMap((y, row) =>
      steps(row % 2 === 0 ? 0 : 6, 48, 5).map((x) =>
        line([
          [x, y],
          [x + 6, y - 3],
          [x + 12, y],
          [x + 6, y + 3],
          [x, y],
        ]),
      ),
    )
    .join('');
}

function arcade(): string {
  const crest = steps(5, bay - 5, 6).map((x) =>
    curve([
      [x - 3, 12],
      [x - 2, 6],
      [x, 1],
      [x + 2, 6],
      [x + 3, 12],
    ]),
  );
  const cornices = [12, 38, 42].map((y) =>
    line([
      [0, y],
      [bay, y],
    ]),
  );
  const pillars = [-2.5, 2.5].map((x) =>
    line([
      [x, 132],
      [x, 96],
    ]),
  );
  const left: Point[] = [
    [5, 92],
    [13, 76],
    [30, 66],
  ];
  const right: Point[] = [
    [bay - 5, 92],
    [bay - 13, 76],
    [30, 66],
  ];
  return [...crest, ...cornices, ...pillars, box([-5, 91], [10, 5]), curve(left), curve(right)].join('');
}

function quatrefoil([x, y]: Point): string {
  const lobes = [
    [0, -1],
    [1, 0],
    [0, 1],
    [-1, 0],
  ].map(([dx = 0, dy = 0]) => circle([x + dx * 5.4, y + dy * 5.4], 5.4));
  return [circle([x, y], 13), ...lobes].join('');
}

function ripples(): string {
  const rows = [139, 146, 154, 163];
  return rows
    .flatMap((y, row) =>
      steps(0, 30, 31).map((index) => {
        const from = index * 72 + ((row * 41 + index * 17) % 40);
        const rise = 1 + row * 0.4;
        return curve(
          steps(from, from + 40 + ((index * 13 + row * 7) % 20), 5).map((x, step): Point => [
            x,
            y + (step % 2 === 0 ? rise : -rise),
          ]),
        );
      }),
    )
    .join('');
}
