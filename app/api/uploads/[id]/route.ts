export { pictureUploadDoor as PUT } from '#server/api/upload-doors.ts';
