export { attachmentDoor as GET, attachmentDoor as PUT } from '#server/api/doors.ts';
