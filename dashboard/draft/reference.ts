import type { Reference } from '@halyard/engine';
import { referenceStrings } from '../strings/references.ts';

/** What is not chosen yet. Whether it exists is the server's to say. */
export const problemOfReference = (reference: Reference): string | null => {
  switch (reference.operator) {
    case 'in_segment':
    case 'not_in_segment':
      return reference.value.length === 0 ? referenceStrings.noSegment : null;
    case 'serves':
    case 'not_serves':
      if (reference.flag.trim() === '') return referenceStrings.noFlag;
      return reference.value.length === 0 ? referenceStrings.noVariation(reference.flag) : null;
    case 'in_share':
      return null;
  }
};
