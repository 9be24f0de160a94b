import { isEdgePermission } from '@halyard/control-plane/permission';
import type { Token } from '../api.ts';

/** Who or what a token is for, by what it may do. */
export const kindOf = ({ permission, allowed_origins }: Token): 'person' | 'service' | 'browser' => {
  if (allowed_origins !== null) return 'browser';
  return isEdgePermission(permission) ? 'service' : 'person';
};
