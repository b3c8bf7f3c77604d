/** Documents on a topic of a real broker: retained ones come to whoever comes later, a refused one does not loop. */
import { type AddressInfo, createServer } from 'node:net';
import { Aedes } from 'aedes';
import { connectAsync } from 'mqtt';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { mqttSource } from '../../gateway/uplink/coefficients/mqtt-source.ts';
import { eventually } from '../uplink/support/eventually.ts';
import { createMosquitto, type Mosquitto } from '../uplink/support/mosquitto.ts';
import { testUplink } from '../uplink/support/parts.ts';
import { documentText, openDesk } from './support/desk.ts';

const TOPIC = 'factory/coefficients';
let broker: Mosquitto;
beforeAll(async () => {
  broker = await createMosquitto(['allow_anonymous true']);
  await broker.start();
});
afterAll(() => broker.remove());

async function publish(payload: string | Buffer): Promise<void> {
  const client = await connectAsync(`mqtt://127.0.0.1:${broker.port}`);
  await client.publishAsync(TOPIC, payload, { qos: 1, retain: true });
  await client.endAsync();
}

/** A desk that hears the topic over the gateway's own connection. */
function deskOnTopic(url = `mqtt://127.0.0.1:${broker.port}`) {
  const topic = TOPIC;
  const desk = openDesk({ sources: { topic } });
  let connections = 0;
  const open = () => {
    const { uplink: opened } = testUplink(url, { clientId: 'hakaru-hears' });
    opened.onConnect(() => void (connections += 1));
    return opened;
  };
  let uplink = open();
  desk.intake.hear(uplink);
  const stop = desk.intake.start();
  onTestFinished(async () => {
    stop();
    await uplink.close();
    await publish('');
  });
  return {
    ...desk,
    connections: () => connections,
    async connectAgain() {
      const before = connections;
      await uplink.close();
      uplink = open();
      desk.intake.hear(uplink);
      await eventually(
        () => connections > before,
        () => 'connected again',
      );
    },
    times: () => desk.store.received.newest(10).map(({ times }) => times),
    until: (what: () => boolean, text: string) =>
      eventually(what, () => `${text}: ${JSON.stringify(desk.store.received.newest(5))}`),
  };
}

describe('a topic of the broker', () => {
  it('brings what is retained there, what is published later, and the same again costs nothing', async () => {
    await publish(documentText());
    const desk = deskOnTopic();
    await desk.until(() => desk.inForce().length === 1, 'the retained one');
    await publish(documentText({ revision: 3 }));
    await desk.until(() => desk.inForce()[0] === 'kyushu-2026-11 3', 'the next revision');
    const events = desk.events().length;
    const before = desk.everything();
    await desk.connectAgain();
    await desk.until(() => desk.times().includes(2), 'it comes with each connection');
    expect(desk.everything()).toBe(before);
    expect(desk.events()).toHaveLength(events);
  });

  it('a refused one is one event, however often the broker hands it over', async () => {
    const desk = deskOnTopic();
    await publish(documentText().replace('"revision": 2', '"revision": two'));
    await desk.until(() => desk.times()[0] === 1 && desk.last()?.outcome === 'refused', 'refused');
    for (let again = 2; again <= 4; again += 1) {
      // Within the hour any source is told of once.
      desk.clock.stepTo(desk.clock.now() + 2 * 3_600_000);
      await desk.connectAgain();
      await desk.until(() => desk.times()[0] === again, `time ${again}`);
    }
    const refused = desk.events();
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({
      kind: 'coefficients-refused',
      detail: { source: TOPIC, fault: 'document-unreadable', where: 'line 4, column 15' },
    });
    expect(desk.inForce()).toEqual([]);
    await publish(documentText({ revision: 3 }));
    await desk.until(() => desk.inForce().length === 1, 'the mended one');
    expect(desk.intake.fault()).toBeNull();
  });

  it('an empty message says nothing, and one that is too large is refused unread', async () => {
    const desk = deskOnTopic();
    await desk.until(() => desk.connections() > 0, 'connected');
    await publish('');
    await publish(Buffer.alloc(1_000_001, ' '));
    await desk.until(() => desk.intake.fault()?.code === 'document-too-large', 'too large');
    expect(desk.store.received.newest(10)).toEqual([]);
  });

  it('of more than may wait the newest stay', async () => {
    const source = mqttSource(TOPIC, 1_000);
    for (let n = 1; n <= 12; n += 1) source.heard(Buffer.from(`document ${n}`));
    const given: string[] = [];
    const next = () => source.fetch({ etag: null, has: () => false });
    for (let answer = await next(); answer.kind === 'document'; answer = await next())
      given.push(Buffer.from(answer.document.bytes).toString());
    expect(given).toEqual([5, 6, 7, 8, 9, 10, 11, 12].map((n) => `document ${n}`));
  });

  it('of two that come at once the refused one stays told', async () => {
    const desk = openDesk({ sources: { topic: TOPIC } });
    let say: (payload: Uint8Array) => void = () => {};
    desk.intake.hear({ subscribe: (_topic, heard) => void (say = heard) });
    onTestFinished(desk.intake.start());
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    };
    await turns();
    say(Buffer.from(documentText()));
    say(Buffer.alloc(1_000_001, ' '));
    await turns();
    expect(desk.inForce()).toEqual(['kyushu-2026-11 2']);
    expect(desk.intake.fault()?.code).toBe('document-too-large');
    expect(desk.store.sources.all()).toMatchObject([{ fault: { code: 'document-too-large' } }]);
  });

  it('a topic that the broker does not let us hear is a fault', async () => {
    const strict = await Aedes.createBroker({
      authorizeSubscribe: (_client, _wish, done) => done(null, null),
    });
    const listening = createServer(strict.handle);
    await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
    onTestFinished(async () => {
      await new Promise<void>((resolve) => strict.close(resolve));
      listening.close();
    });
    const desk = deskOnTopic(`mqtt://127.0.0.1:${(listening.address() as AddressInfo).port}`);
    await desk.until(() => desk.intake.fault()?.code === 'topic-refused', 'refused');
    expect(desk.events().at(-1)).toMatchObject({ detail: { fault: 'topic-refused' } });
  });
});
