import { describe, expect, it } from 'vitest';
import { orderActions, orderActors, orderStates } from '#server/market/orders/order-schema.ts';
import type { OrderState } from '#server/market/orders/order-schema.ts';
import { faultsOf } from '#server/market/orders/process-check.ts';
import { currentProcess, orderProcesses } from '#server/market/orders/process.ts';
import type { OrderProcess } from '#server/market/orders/process.ts';
import {
  availableActions,
  deadlineFrom,
  decideTransition,
  endOrderStates,
  isOpen,
  openingSteps,
  openOrderStates,
  pathAhead,
  processOf,
} from '#server/market/orders/process-rules.ts';

type Steps = Readonly<Record<string, OrderState>>;

/** Written by hand beside the declaration, so that neither can change alone. */
const allowedFirst: Readonly<Record<1 | 2, Steps>> = {
  1: {
    'paid deliver seller': 'delivered',
    'paid cancel seller': 'cancelled',
    'paid cancel system': 'cancelled',
    'delivered cancel system': 'cancelled',
    'disputed cancel system': 'cancelled',
    'paid dispute buyer': 'disputed',
    'delivered confirm buyer': 'completed',
    'delivered dispute buyer': 'disputed',
    'disputed resolve_refund operator': 'refunded',
    'disputed resolve_release operator': 'completed',
  },
  2: {
    'purchased accept seller': 'accepted',
    'purchased accept system': 'accepted',
    'purchased decline seller': 'declined',
    'purchased decline system': 'declined',
    'purchased cancel system': 'cancelled',
    'purchased refund_part seller': 'purchased',
    'purchased refund_part operator': 'purchased',
    'accepted deliver seller': 'delivered',
    'accepted deliver system': 'delivered',
    'accepted cancel seller': 'cancelled',
    'accepted cancel system': 'cancelled',
    'accepted lapse system': 'cancelled',
    'accepted dispute buyer': 'disputed',
    'accepted refund_part seller': 'accepted',
    'accepted refund_part operator': 'accepted',
    'delivered confirm buyer': 'completed',
    'delivered confirm system': 'completed',
    'delivered dispute buyer': 'disputed',
    'delivered refund_all seller': 'refunded',
    'delivered cancel system': 'cancelled',
    'delivered refund_part seller': 'delivered',
    'delivered refund_part operator': 'delivered',
    'disputed propose buyer': 'disputed',
    'disputed propose seller': 'disputed',
    'disputed agree buyer': 'settled',
    'disputed agree seller': 'settled',
    'disputed refund_all seller': 'refunded',
    'disputed resolve_refund operator': 'refunded',
    'disputed resolve_refund system': 'refunded',
    'disputed resolve_release operator': 'completed',
    'disputed resolve_split operator': 'settled',
    'disputed cancel system': 'cancelled',
    'disputed refund_part seller': 'disputed',
    'disputed refund_part operator': 'disputed',
    'completed refund_part seller': 'completed',
  },
};

const allowed: Readonly<Record<number, Steps>> = {
  ...allowedFirst,
  3: { ...allowedFirst[2], 'delivered confirm recipient': 'completed' },
};

const everyStep = orderStates.flatMap((state) =>
  orderActions.flatMap((action) => orderActors.map((actor) => ({ state, action, actor }))),
);

describe.each(orderProcesses.map((process) => ({ version: process.version, process })))(
  'version $version of the order process',
  ({ version, process }) => {
    const declared = allowed[version] ?? {};

    it('decides every step as declared, and offers exactly those', () => {
      for (const step of everyStep) {
        const name = `${step.state} ${step.action} ${step.actor}`;
        const decision = decideTransition(process, step);
        expect(decision.allowed ? decision.transition.to : undefined, name).toBe(declared[name]);
        const isOffered = availableActions(process, step).some((action) => action === step.action);
        expect(isOffered, name).toBe(declared[name] !== undefined && step.action !== 'lapse');
      }
    });

    it('says "wrong actor" exactly when the action is never that actor\'s', () => {
      for (const step of everyStep) {
        const decision = decideTransition(process, step);
        if (decision.allowed) continue;
        const isEver = Object.keys(declared).some((name) => name.endsWith(`${step.action} ${step.actor}`));
        expect(decision.reason).toBe(isEver ? 'wrong_state' : 'wrong_actor');
      }
    });

    it('is sound: every order ends and takes its money along', () => {
      expect(faultsOf(process)).toEqual([]);
    });

    it('says of a sale that it went well, or was lost, only where it ends', () => {
      for (const { to, trust } of process.transitions) if (trust !== undefined) expect(isOpen(to)).toBe(false);
    });
  },
);

describe('the check of a process', () => {
  const without = (change: Partial<OrderProcess>): string[] => faultsOf({ ...currentProcess, ...change });
  const { transitions, timers } = currentProcess;

  it('finds a state without a way out', () => {
    const stuck = transitions.map((step) => (step.action === 'lapse' ? { ...step, to: 'accepted' as const } : step));
    expect(without({ transitions: stuck })).toContain('the timer of accepted leads nowhere');
  });

  it('finds an end that leaves its money behind', () => {
    const forgetful = transitions.map((step) =>
      step.action === 'agree' ? { ...step, effect: 'none' as const } : step,
    );
    expect(without({ transitions: forgetful }).join()).toContain('ends the order and leaves its money in escrow');
  });

  it('finds a step that pays before the end', () => {
    const hasty = transitions.map((step) =>
      step.action === 'deliver' ? { ...step, effect: 'release' as const } : step,
    );
    expect(without({ transitions: hasty }).join()).toContain('empties the escrow too early');
  });

  it('finds a state that nobody leads out of in time', () => {
    expect(without({ timers: timers.filter(({ state }) => state !== 'disputed') }).join()).toContain('no one timer');
  });

  it('finds a state that a chargeback cannot end', () => {
    const guarded = transitions.filter(
      ({ action, actor, from }) => !(action === 'cancel' && actor === 'system' && from === 'delivered'),
    );
    expect(without({ transitions: guarded })).toContain('the house cannot cancel an order that is delivered');
  });

  it('finds a state that no step leads to, and a step declared twice', () => {
    const first = transitions[0];
    expect(without({ transitions: transitions.filter(({ to }) => to !== 'declined') }).join()).toContain(
      'timer of purchased',
    );
    expect(without({ transitions: first === undefined ? [] : [...transitions, first] }).join()).toContain('twice');
    expect(without({ first: 'accepted' })).toContain('no step leads to purchased');
  });

  it('finds a state that comes back, by which a step could not tell that somebody else moved its order', () => {
    const back = { from: 'disputed', to: 'delivered', action: 'deliver', actor: 'seller', effect: 'none' } as const;
    expect(without({ transitions: [...transitions, back] })).toEqual([
      'delivered comes back once it was left',
      'disputed comes back once it was left',
    ]);
  });
});

describe('what follows from the process', () => {
  it('divides all states into those with money in escrow and those without', () => {
    expect([...openOrderStates].sort()).toEqual(['accepted', 'delivered', 'disputed', 'paid', 'purchased']);
    expect([...endOrderStates].sort()).toEqual(['cancelled', 'completed', 'declined', 'refunded', 'settled']);
  });

  it('opens an order as its seller wants it, and delivers at once what is digital', () => {
    const opened = (order: { acceptsItself: boolean; isDigital: boolean }) =>
      openingSteps(currentProcess, order).map(({ to }) => to);
    expect(opened({ acceptsItself: false, isDigital: false })).toEqual([]);
    expect(opened({ acceptsItself: true, isDigital: false })).toEqual(['accepted']);
    expect(opened({ acceptsItself: false, isDigital: true })).toEqual(['accepted', 'delivered']);
    expect(openingSteps(processOf(1), { acceptsItself: true, isDigital: true })).toEqual([]);
  });

  it('knows the way ahead when all goes well', () => {
    expect(pathAhead(currentProcess, 'purchased')).toEqual(['accepted', 'delivered', 'completed']);
    expect(pathAhead(currentProcess, 'delivered')).toEqual(['completed']);
    expect(pathAhead(currentProcess, 'disputed')).toEqual(['settled']);
    expect(pathAhead(currentProcess, 'completed')).toEqual([]);
    expect(pathAhead(processOf(1), 'paid')).toEqual(['delivered', 'completed']);
  });

  it('counts a deadline from the moment a state is entered', () => {
    const at = new Date('2026-11-21T12:00:00.000Z');
    const days = (count: number) => new Date(at.getTime() + count * 86_400_000);
    const of = (state: OrderState) => deadlineFrom(currentProcess, { state, at });
    expect(of('purchased')).toEqual({ deadlineAt: days(3), deadlineAction: 'decline' });
    expect(of('accepted')).toEqual({ deadlineAt: days(14), deadlineAction: 'lapse' });
    expect(of('delivered')).toEqual({ deadlineAt: days(14), deadlineAction: 'confirm' });
    expect(of('disputed')).toEqual({ deadlineAt: days(60), deadlineAction: 'resolve_refund' });
    expect(of('completed')).toEqual({ deadlineAt: null, deadlineAction: null });
    expect(deadlineFrom(processOf(1), { state: 'paid', at })).toEqual({ deadlineAt: null, deadlineAction: null });
  });

  it('an order of an unknown version is a defect', () => {
    expect(() => processOf(4)).toThrow('no order process 4');
  });
});
