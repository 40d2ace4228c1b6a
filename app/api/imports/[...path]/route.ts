export { importDoor as GET, importDoor as PUT } from '#server/api/catalogue-doors.ts';
