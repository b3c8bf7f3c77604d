/** A desk to which nothing was brought yet. */
import type { DocumentDesk } from '../../gateway/dashboard/document-desk.ts';

const nothing = (): never => {
  throw new Error('nothing is brought here');
};

export const emptyDesk: DocumentDesk = {
  sources: () => ({ sources: [], received: [], margins: [], cover: null }),
  preview: nothing,
  apply: nothing,
};
