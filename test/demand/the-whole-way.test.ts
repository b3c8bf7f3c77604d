/** A running gateway as a process of its own: from the meter's register to the broker, the page, the mail and the pin. */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { expect, onTestFinished, test } from 'vitest';
import type { DemandNotice } from '../../gateway/domain/demand/notices.ts';
import { openPin } from '../../simulators/output/pin.ts';
import { cloudOf, works } from '../support/trouble.ts';
import { eventually } from '../uplink/support/eventually.ts';

async function receivers() {
  const hooks: (DemandNotice & { readonly id: string; readonly text: string })[] = [];
  const mails: string[] = [];
  let isUp = false;
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      if (isUp) hooks.push(JSON.parse(body) as (typeof hooks)[number]);
      response.writeHead(isUp ? 200 : 503).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const post = new SMTPServer({
    disabledCommands: ['STARTTLS', 'AUTH'],
    authOptional: true,
    disableReverseLookup: true,
    logger: false,
    onData(stream, _session, done) {
      let raw = '';
      stream.on('data', (chunk: Buffer) => (raw += chunk.toString('utf8')));
      stream.on('end', () => {
        mails.push(raw);
        done();
      });
    },
  });
  await new Promise<void>((resolve) => post.listen(0, '127.0.0.1', () => resolve()));
  onTestFinished(async () => {
    server.close();
    await new Promise<void>((resolve) => post.close(() => resolve()));
  });
  return {
    hooks,
    mails,
    up: () => (isUp = true),
    hookUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    mailPort: (post.server.address() as AddressInfo).port,
  };
}

test('an overload reaches the broker, the page, the contact, a mailbox and a webhook that is down at first; killed in between, nothing is lost', async (context) => {
  const place = await works(context);
  const cloud = await cloudOf(context, place);
  const pin = openPin();
  onTestFinished(() => pin.remove());
  const people = await receivers();
  writeFileSync(join(place.folder, 'hook-secret'), 'word\n');
  place.writeSite({
    alarm: `chip: gpiochip0, output: 27, gpioset: ${pin.program(2)}, on: [demand-limit]`,
    more: [
      'demand: { target: 1 kW, contract: 2 kW, hold: 1 s, quiet: 1 s }',
      'notify:',
      '  language: ja',
      `  webhook: { url: "${people.hookUrl}", secret: { file: hook-secret }, level: limit }`,
      `  mail: { host: 127.0.0.1, port: ${people.mailPort}, security: none, from: hakaru@example.com, to: [a@example.com] }`,
    ],
  });
  const first = await place.run();
  await eventually(() => cloud.events.some(({ kind }) => kind === 'demand-alarm'), 'the cloud hears', 60_000);
  const alarm = cloud.events.find(
    ({ kind, detail }) => kind === 'demand-alarm' && detail['level'] === 'limit',
  );
  expect(alarm).toMatchObject({ meter: 'main', channel: 'energy-import' });
  expect(alarm?.detail).toMatchObject({ demand: 'grid', target: 1, unit: 'kW' });
  await eventually(
    () => cloud.demands.some(({ demands }) => demands[0]?.level === 'limit'),
    'the demand topic says so',
    20_000,
  );
  const said = cloud.demands.find(({ demands }) => demands[0]?.level === 'limit')?.demands[0];
  expect(said).toMatchObject({
    id: 'grid',
    meters: ['main'],
    target: 1,
    contract: 2,
    reason: null,
    unit: 'kW',
  });
  expect(said?.predicted).toBeGreaterThan(2);
  await eventually(() => pin.levels().at(-1) === 'high', 'the contact is on', 20_000);
  await eventually(() => people.mails.length > 0, 'a mail came', 20_000);
  // A period may end just now: then it is so again a moment later.
  await eventually(
    async () => {
      const status = await place.status();
      return status?.demand.demands[0]?.level === 'limit' && status.alarm?.causes.join() === 'demand-limit';
    },
    'the page says so',
    20_000,
  );
  await eventually(
    async () =>
      ((await place.status())?.demand.notify ?? []).some(({ fault }) => fault?.code === 'webhook-failed'),
    'the page says that the webhook does not take it',
    20_000,
  );
  expect(people.hooks).toEqual([]);

  first.child.kill('SIGKILL');
  await first.finished;
  people.up();
  const second = await place.run();
  await eventually(() => people.hooks.length > 0, 'the webhook has it after all', 60_000);
  expect(people.hooks[0]).toMatchObject({ kind: 'raised', level: 'limit', demand: 'grid', site: 'works' });
  expect(people.hooks[0]?.text).toMatch(/^デマンド限界: grid /);
  const shown = await place.command(['demand', '--data', place.dataDir, '--json']);
  expect(shown.code).toBe(0);
  expect(JSON.parse(shown.stdout)).toMatchObject([
    { id: 'grid', target: 1, months: expect.any(Array) as unknown },
  ]);
  second.child.kill('SIGTERM');
  expect((await second.finished).code).toBe(0);
  await eventually(
    () => cloud.demands.at(-1)?.demands[0]?.reason === 'gateway-off',
    'a gateway that is gone says that it knows nothing',
    10_000,
  );
  expect(cloud.demands.at(-1)?.demands[0]).toMatchObject({ now: null, predicted: null, shed: null });
});
