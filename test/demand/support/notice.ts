import type { DemandNotice } from '../../../gateway/domain/demand/notices.ts';

export const NOTICE: DemandNotice = {
  v: 1,
  site: 'works',
  siteName: '第一工場',
  gateway: 'gw1',
  kind: 'raised',
  level: 'warning',
  before: null,
  isNew: true,
  demand: 'grid',
  name: '受電',
  at: '2026-11-22T13:42:10+09:00',
  period: { start: '2026-11-22T13:30:00+09:00', end: '2026-11-22T14:00:00+09:00' },
  unit: 'kW',
  predicted: '471.234567',
  now: '190.5',
  target: '450',
  contract: '500',
  shed: '35.76',
  holdable: true,
};
