/** Sends ten rows and kills itself with SIGKILL at the given point of the sixth. */
import { createDelivery } from '../../../gateway/uplink/delivery.ts';
import { memoryOutbox, testUplink } from './parts.ts';

const [url = '', point = ''] = process.argv.slice(2);
const { uplink } = testUplink(url);
const outbox = memoryOutbox();
for (let count = 0; count < 10; count += 1) outbox.add('hakaru/v1/site/gw1/hour/main/energy-import');
let reached = 0;
createDelivery({
  outbox,
  uplink,
  window: 1,
  maxDisconnects: 3,
  probe: (at) => {
    if (at === point && (reached += 1) === 6) process.kill(process.pid, 'SIGKILL');
  },
}).wake();
