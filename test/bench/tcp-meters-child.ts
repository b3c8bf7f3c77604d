/**
 * Modbus TCP meters in a process of their own, each behind its own port. Each has one unit per contender, so that the
 * requests of each can be counted: any message asks for the counts. Ends with its parent.
 */
import { createAddressEcho } from '../../simulators/devices/address-echo.ts';
import { startTcpMeters } from '../../simulators/tcp-meters.ts';

const [meters = 1, units = 1] = process.argv.slice(2).map(Number);
const devices = Array.from({ length: meters }, () =>
  Array.from({ length: units }, (_, n) => createAddressEcho({ unit: n + 1 })),
);
const ports: number[] = [];
for (const own of devices) {
  const { port } = await startTcpMeters({ devices: own, now: () => Date.now() });
  ports.push(port);
}

process.on('message', () => {
  const counts = Array.from({ length: units }, (_, n) =>
    devices.reduce((sum, own) => sum + (own[n]?.requests() ?? 0), 0),
  );
  process.send?.({ counts });
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ports });
