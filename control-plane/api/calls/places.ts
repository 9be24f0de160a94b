import type { Place } from '../../projects/bases.ts';
import type { Setting } from '../http/setting.ts';

/** An environment's app, to be asked and written to by calls about several. */
export const placeOf = (
  { side: sideAt, propagation, settled }: Pick<Setting, 'side' | 'propagation' | 'settled'>,
  account: string,
  app_id: string,
): Place => {
  const side = sideAt(account, app_id);
  return {
    app_id,
    side: {
      ...side,
      async carry(cargo) {
        const carried = await side.carry(cargo);
        if (cargo.dryRun || cargo.changes.length === 0) return carried;
        propagation.committed(account, app_id, carried.app_version);
        await settled({ account, app: app_id }, carried.app_version);
        return carried;
      },
    },
  };
};
