import { cancelForChargeback } from '#server/market/orders/order-steps.ts';
import type { DisputedOrders } from '#server/payments/disputes/disputed-orders.ts';
import { isWrittenUuid } from '#server/platform/ids.ts';

/** Orders whose payment was taken back by its bank are cancelled by the house. */
export const disputedOrders: DisputedOrders = {
  cancel: async (tx, order) => isWrittenUuid(order.orderId) && (await cancelForChargeback(tx, order)),
};
