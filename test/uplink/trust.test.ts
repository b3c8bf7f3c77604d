import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { faultText } from '../../gateway/domain/faults.ts';
import { type Certificates, makeCertificates } from './support/certificates.ts';
import { eventually } from './support/eventually.ts';
import { createMosquitto, type Mosquitto } from './support/mosquitto.ts';
import { subscribe, testUplink, WILL } from './support/parts.ts';

let certificates: Certificates;
let broker: Mosquitto;
const cleanups: (() => Promise<void>)[] = [];

beforeAll(async () => {
  certificates = await makeCertificates();
  broker = await createMosquitto(
    [
      'allow_anonymous true',
      'cafile {folder}/ca.pem',
      'certfile {folder}/server.pem',
      'keyfile {folder}/server.key',
      'require_certificate true',
    ],
    {
      'ca.pem': certificates.ca,
      'server.pem': certificates.server.cert,
      'server.key': certificates.server.key,
    },
  );
  await broker.start();
});
afterEach(async () => {
  for (const clean of cleanups.splice(0).toReversed()) await clean();
});
afterAll(() => broker.remove());

const url = () => `mqtts://127.0.0.1:${broker.port}`;
const client = () => ({ cert: certificates.client.cert, key: certificates.client.key });

test('TLS with the right authority and a client certificate: connected, and messages arrive', async () => {
  const { uplink } = testUplink(url(), { ca: certificates.ca, ...client() });
  cleanups.push(() => uplink.close());
  await eventually(
    () => uplink.connected(),
    () => `connected: ${JSON.stringify(uplink.fault())}`,
  );
  const reader = await subscribe(url(), WILL.topic, { ca: certificates.ca, ...client() });
  cleanups.push(reader.end);
  expect(await uplink.publish({ ...WILL, payload: 'here' })).toEqual({ kind: 'acknowledged' });
  await eventually(() => reader.messages.length === 1, 'arrived');
});

test('a broker whose certificate another authority signed is not trusted', async () => {
  const other = await makeCertificates();
  const { uplink, events } = testUplink(url(), { ca: other.ca, ...client() });
  cleanups.push(() => uplink.close());
  await eventually(() => events.length >= 2, 'two attempts');
  expect(uplink.fault()?.code).toBe('broker-untrusted');
  expect(faultText(uplink.fault()!)).toMatch(/not trusted: .+ Check the CA file/);
});

test('a client certificate is missing or of another authority: the broker refuses', async () => {
  const other = await makeCertificates();
  for (const config of [{}, { cert: other.client.cert, key: other.client.key }]) {
    const { uplink, events } = testUplink(url(), { ca: certificates.ca, ...config });
    cleanups.push(() => uplink.close());
    await eventually(() => events.length >= 2, 'two attempts');
    expect(uplink.fault()?.code).toBe('broker-refused');
  }
});

test('a certificate file that is no certificate is a fault, not a crash', async () => {
  const { uplink, events } = testUplink(url(), {
    ca: certificates.ca,
    cert: 'not a certificate',
    key: 'not a key',
  });
  cleanups.push(() => uplink.close());
  await eventually(() => events.length >= 2, 'two attempts');
  expect(uplink.fault()).toMatchObject({
    code: 'broker-unreachable',
    about: { reason: expect.stringMatching(/certificate|PEM/i) },
  });
});

test('a wrong password is refused with a sentence that says what to check, and the right one is taken', async () => {
  // mosquitto takes lines of plain text only from its own tool; this is `gw1:right` as $7$ (PBKDF2), made with its parameters.
  const { pbkdf2Sync } = await import('node:crypto');
  const salt = Buffer.from('0123456789ab');
  const hash = pbkdf2Sync('right', salt, 101, 64, 'sha512');
  const passwords = `gw1:$7$101$${salt.toString('base64')}$${hash.toString('base64')}\n`;
  const guarded = await createMosquitto(['allow_anonymous false', 'password_file {folder}/passwords'], {
    passwords,
  });
  cleanups.push(guarded.remove);
  await guarded.start();
  const wrong = testUplink(`mqtt://127.0.0.1:${guarded.port}`, { username: 'gw1', password: 'wrong' });
  cleanups.push(() => wrong.uplink.close());
  await eventually(() => wrong.events.length >= 2, 'two attempts');
  expect(wrong.uplink.fault()).toMatchObject({ code: 'broker-refused', about: { reasonCode: 0x87 } });
  expect(faultText(wrong.uplink.fault()!)).toMatch(/Check user, password and certificates/);
  expect(JSON.stringify(wrong.events)).not.toContain('wrong');

  const right = testUplink(`mqtt://127.0.0.1:${guarded.port}`, {
    username: 'gw1',
    password: 'right',
    clientId: 'gw2',
  });
  cleanups.push(() => right.uplink.close());
  await eventually(() => right.uplink.connected(), 'connected');
});
