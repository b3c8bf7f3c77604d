/** Two pollers on one wire talk into each other’s answers. Here there is one queue a wire, whoever asks. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { openLine } from '../../drivers/modbus/line.ts';
import { rtu } from '../drivers/support/frames.ts';
import { CLOCK, meter, quickTiming, RTU_LINE } from '../drivers/support/lines.ts';
import { createScriptedWire } from '../drivers/support/wires.ts';

it('meters that are asked at the same instant are asked one after the other, each after the answer before', async () => {
  let underWay = 0;
  let most = 0;
  const wire = createScriptedWire((request, say) => {
    underWay += 1;
    most = Math.max(most, underWay);
    setTimeout(() => {
      underWay -= 1;
      say(rtu(request[0] ?? 0, 3, 4, 0, 0, 0, request[0] ?? 0));
    }, 2);
  });
  const line = openLine(
    RTU_LINE,
    [1, 2, 3, 4, 5].map((unit) => meter(`m${unit}`, unit)),
    { clock: CLOCK, wire, timing: quickTiming(50) },
  );
  const polls = await Promise.race([
    Promise.allSettled(line.meters.map((one) => one.poll())),
    delay(3_000, null, { ref: false }),
  ]);
  const counts = polls?.map((poll) =>
    poll.status === 'fulfilled' ? poll.value.registers[0]?.raw.count : null,
  );
  expect(counts).toEqual([1n, 2n, 3n, 4n, 5n]);
  expect(most).toBe(1);
  await line.close();
});
