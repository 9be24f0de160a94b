export { allows, isEdgePermission, PERMISSIONS, type Permission } from '@halyard/caches/permissions';
