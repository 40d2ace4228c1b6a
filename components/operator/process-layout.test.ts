import { describe, expect, it } from 'vitest';
import { processDrawings } from '#server/market/orders/process-views.ts';
import { box, layoutOf, waysOf } from '#components/operator/process-layout.ts';

describe.each(processDrawings().map((process) => ({ version: process.version, process })))(
  'the drawing of version $version of the process',
  ({ process }) => {
    const { width, height, states, arrows } = layoutOf(process);

    it('shows every state once, within the frame, and none over another', () => {
      expect(states.map(({ state }) => state).sort()).toEqual(process.states.map(({ state }) => state).sort());
      for (const one of states) {
        expect(one.x >= 0 && one.x + box.width <= width && one.y >= 0 && one.y + box.height <= height).toBe(true);
        for (const other of states) {
          if (one === other) continue;
          const isApart = Math.abs(one.x - other.x) >= box.width || Math.abs(one.y - other.y) >= box.height;
          expect(isApart, `${one.state} and ${other.state}`).toBe(true);
        }
      }
    });

    it('has an arrow for every way, each with a number that stands within the frame', () => {
      const ways = new Set(process.steps.filter(({ from, to }) => from !== to).map(({ from, to }) => `${from} ${to}`));
      expect(new Set(arrows.map(({ from, to }) => `${from} ${to}`))).toEqual(ways);
      expect(arrows.map(({ number }) => number)).toEqual(waysOf(process).map((_, index) => index + 1));
      for (const { x, y } of arrows) expect(x > 0 && x < width && y > 0 && y < height).toBe(true);
    });
  },
);
