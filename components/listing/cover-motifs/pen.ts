/**
 * Small strokes that build SVG path data. All of them return text for a `d` attribute, written in whole
 * quarters of a unit and relative to the point before: a page shows two dozen drawings, so each is kept small.
 */

export type Point = readonly [x: number, y: number];

export const frame = { width: 400, height: 300 } as const;
/** Path units to one unit of the frame. */
export const grain = 4;

type Write = (command: string, ...points: readonly Point[]) => void;

/** Starts at `first` and collects commands; the last point of each command is where the next one begins. */
function draw(first: Point, work: (write: Write) => void): string {
  let [x, y] = [quarter(first[0]), quarter(first[1])];
  let path = `M${x}${joined(y)}`;
  work((command, ...points) => {
    const [fromX, fromY] = [x, y];
    const numbers = points.flatMap((point) => {
      [x, y] = [quarter(point[0]), quarter(point[1])];
      return [x - fromX, y - fromY];
    });
    path += command + numbers.map((value, index) => (index === 0 ? String(value) : joined(value))).join('');
  });
  return path;
}

function quarter(value: number): number {
  return Math.round(value * grain);
}

function joined(value: number): string {
  return value < 0 ? String(value) : ` ${value}`;
}

/** Points written as text: "0 104, 44 98". Outlines are easier to read and change this way. */
export function trace(text: string): Point[] {
  return text.split(', ').map((pair) => {
    const [x = '', y = ''] = pair.split(' ');
    return [Number(x), Number(y)];
  });
}

export function points(...list: Point[]): Point[] {
  return list;
}

export function segment(from: Point, to: Point): string {
  return line([from, to]);
}

export function line(path: readonly Point[]): string {
  const [first, ...rest] = path;
  if (first === undefined) return '';
  return draw(first, (write) => {
    for (const point of rest) write('l', point);
  });
}

export function polygon(path: readonly Point[]): string {
  return `${line(path)}z`;
}

/** A curve through all points (Catmull-Rom, as Béziers). */
export function curve(points: readonly Point[], closed = false): string {
  const first = points[0];
  if (first === undefined) return '';
  const count = points.length;
  const point = (index: number): Point => {
    const wrapped = closed ? (index + count) % count : Math.min(Math.max(index, 0), count - 1);
    return points[wrapped] ?? first;
  };
  const path = draw(first, (write) => {
    for (let index = 0; index < (closed ? count : count - 1); index += 1) {
      const [before, from, to, after] = [point(index - 1), point(index), point(index + 1), point(index + 2)];
      const leave: Point = [from[0] + (to[0] - before[0]) / 6, from[1] + (to[1] - before[1]) / 6];
      const arrive: Point = [to[0] - (after[0] - from[0]) / 6, to[1] - (after[1] - from[1]) / 6];
      write('c', leave, arrive, to);
    }
  });
  return closed ? `${path}z` : path;
}

/** The area between two open curves that run side by side. */
export function between(left: readonly Point[], right: readonly Point[]): string {
  return `${curve(left)}${curve([...right].reverse()).replace('M', 'L')}z`;
}

export function circle(centre: Point, radius: number): string {
  return ellipse(centre, [radius, radius]);
}

export function ellipse([x, y]: Point, [rx, ry]: Point): string {
  const [width, height] = [quarter(rx), quarter(ry)];
  return `M${quarter(x) - width}${joined(quarter(y))}a${width} ${height} 0 1 0 ${2 * width} 0a${width} ${height} 0 1 0-${2 * width} 0z`;
}

/** The lower (front) half of an ellipse, left to right. */
export function frontArc([x, y]: Point, [rx, ry]: Point): string {
  const [width, height] = [quarter(rx), quarter(ry)];
  return `M${quarter(x) - width}${joined(quarter(y))}a${width} ${height} 0 0 0 ${2 * width} 0`;
}

/** The upper (back) half of an ellipse, left to right. */
export function backArc([x, y]: Point, [rx, ry]: Point): string {
  const [width, height] = [quarter(rx), quarter(ry)];
  return `M${quarter(x) - width}${joined(quarter(y))}a${width} ${height} 0 0 1 ${2 * width} 0`;
}

export function box([x, y]: Point, [width, height]: Point): string {
  return `M${quarter(x)}${joined(quarter(y))}h${quarter(width)}v${quarter(height)}h${-quarter(width)}z`;
}

/** A mark for layers of dots, whose round pen makes it a disc. */
export function dot([x, y]: Point): string {
  return `M${quarter(x)}${joined(quarter(y))}h0`;
}

/** Whether something within `reach` of `point` can be seen at all. */
export function isInFrame([x, y]: Point, reach = 0): boolean {
  return x > -reach && x < frame.width + reach && y > -reach && y < frame.height + reach;
}

export function polar([x, y]: Point, radius: number, angle: number): Point {
  return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
}

/** The points turned about the origin by `angle`, then moved to `centre`. */
export function place(points: readonly Point[], centre: Point, angle = 0): Point[] {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return points.map(([x, y]) => [centre[0] + x * cos - y * sin, centre[1] + x * sin + y * cos] as const);
}

/** `count` angles around a full turn, beginning at `start`. */
export function angles(count: number, start = 0): number[] {
  return Array.from({ length: count }, (_, index) => start + (index / count) * 2 * Math.PI);
}

/** Evenly spaced numbers from `from` to `to`, both included. */
export function steps(from: number, to: number, count: number): number[] {
  if (count < 2) return [from];
  return Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1));
}

/** A pointed petal from `inner` to `outer` along `angle`, `halfWidth` wide at its middle. */
export function petal(
  centre: Point,
  angle: number,
  shape: { inner: number; outer: number; halfWidth: number },
): string {
  const middle = shape.inner + (shape.outer - shape.inner) * 0.45;
  const points: Point[] = [
    [shape.inner, 0],
    [middle, -shape.halfWidth],
    [shape.outer, 0],
    [middle, shape.halfWidth],
  ];
  const [root, left, tip, right] = place(points, centre, angle);
  if (root === undefined || left === undefined || tip === undefined || right === undefined) return '';
  const path = draw(root, (write) => {
    write('q', left, tip);
    write('q', right, root);
  });
  return `${path}z`;
}
