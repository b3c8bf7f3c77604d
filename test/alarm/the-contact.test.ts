/** The alarm contact over real processes: both majors of gpioset, a holder that dies, and a gateway that is killed. */
import { spawn } from 'node:child_process';
import { expect, onTestFinished, test } from 'vitest';
import { openAlarmSwitch } from '../../drivers/output/gpioset.ts';
import { openPin, type Pin } from '../../simulators/output/pin.ts';
import { eventually } from '../uplink/support/eventually.ts';

function contact(pin: Pin, major: 1 | 2, options: { activeLow?: boolean; output?: number | string } = {}) {
  const { activeLow = false, output = 27 } = options;
  let changes = 0;
  const alarm = openAlarmSwitch({
    chip: 'gpiochip0',
    output,
    activeLow,
    program: pin.program(major),
    major: null,
    onChange: () => void changes++,
  });
  onTestFinished(() => alarm.close());
  const becomes = (held: boolean | null) =>
    eventually(
      () => alarm.state().held === held && (held === null || pin.holder() !== null),
      () => JSON.stringify([alarm.state(), pin.levels()]),
    );
  return { alarm, becomes, changes: () => changes };
}

function newPin(): Pin {
  const pin = openPin();
  onTestFinished(() => pin.remove());
  return pin;
}

for (const major of [1, 2] as const) {
  test(`libgpiod ${major}: off at first, on while wanted, off at the end`, async () => {
    const pin = newPin();
    const { alarm, becomes } = contact(pin, major);
    await becomes(false);
    expect(pin.levels()).toEqual(['low']);
    alarm.set(true);
    await becomes(true);
    expect(pin.levels()).toEqual(['low', 'high']);
    alarm.set(false);
    await becomes(false);
    alarm.set(true);
    await becomes(true);
    await alarm.close();
    expect(pin.holder()).toBeNull();
    expect(pin.levels().at(-1)).toBe('low');
    expect(alarm.state().fault).toBeNull();
  });

  test(`libgpiod ${major}: whoever kills the holder, the contact is asserted again`, async () => {
    const pin = newPin();
    const { alarm, becomes } = contact(pin, major);
    alarm.set(true);
    await becomes(true);
    const victim = pin.holder();
    process.kill(victim ?? 0, 'SIGKILL');
    await eventually(() => alarm.state().fault?.code === 'alarm-not-held', 'the fault is told');
    await becomes(true);
    expect(pin.holder()).not.toBe(victim);
    expect(pin.levels().at(-1)).toBe('high');
  });
}

test('a contact that is on while its output is low', async () => {
  const pin = newPin();
  const { alarm, becomes } = contact(pin, 2, { activeLow: true });
  await becomes(false);
  alarm.set(true);
  await becomes(true);
  expect(pin.levels()).toEqual(['high', 'high', 'low'].slice(-pin.levels().length));
  expect(pin.levels().at(-1)).toBe('low');
});

test('libgpiod 1 knows no names, and a program that is not there is said', async () => {
  const pin = newPin();
  const { alarm } = contact(pin, 1, { output: 'ALARM' });
  await eventually(() => alarm.state().fault?.code === 'alarm-names', 'names');
  const missing = openAlarmSwitch({
    chip: 'gpiochip0',
    output: 27,
    activeLow: false,
    program: '/nowhere/gpioset',
    major: null,
    onChange: () => {},
  });
  await eventually(() => missing.state().fault?.code === 'gpioset-missing', 'missing');
  await missing.close();
});

test.each([1, 2] as const)('libgpiod %i: a gateway that is killed leaves the contact off', async (major) => {
  const pin = newPin();
  const source = `
    import { openAlarmSwitch } from ${JSON.stringify(new URL('../../drivers/output/gpioset.ts', import.meta.url).href)};
    const alarm = openAlarmSwitch({ chip: 'gpiochip0', output: 27, activeLow: false, program: ${JSON.stringify(pin.program(major))}, major: ${major}, onChange: () => {} });
    alarm.set(true);
    setInterval(() => {}, 60_000);
  `;
  const gateway = spawn(process.execPath, ['--input-type=module-typescript', '--eval', source], {
    stdio: 'ignore',
  });
  await eventually(() => pin.levels().at(-1) === 'high' && pin.holder() !== null, 'it is on');
  const holder = pin.holder();
  gateway.kill('SIGKILL');
  await eventually(
    () => pin.levels().at(-1) === 'low' && pin.holder() === null,
    () => `off again: ${pin.levels().join(' ')}`,
  );
  expect(pin.holder()).not.toBe(holder);
});
