export { stripeWebhookDoor as POST } from '#server/api/doors.ts';
