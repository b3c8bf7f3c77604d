/** A process of its own that connects, says so, and waits to be killed. */
import { testUplink, WILL } from './parts.ts';

const { uplink } = testUplink(process.argv[2] ?? '');
uplink.onConnect(() => {
  void uplink
    .publish({ ...WILL, payload: '{"state":"online"}' })
    .then((outcome) =>
      process.stdout.write(outcome.kind === 'acknowledged' ? 'online\n' : `${outcome.kind}\n`),
    );
});
