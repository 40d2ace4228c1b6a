export { trpcDoor as GET, trpcDoor as POST } from '#server/api/doors.ts';
