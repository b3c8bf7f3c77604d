/** From the words on a nameplate to what one count of the register means: 合成変成比, 乗率 and pulse weight, exactly. */
import { describe, expect, it } from 'vitest';
import { channelSpecs } from '../../config/channel-specs.ts';
import { checkSiteText } from '../../config/load-site.ts';
import type { ChannelSpec } from '../../gateway/domain/meters.ts';
import { rational } from '../../gateway/domain/rational.ts';
import { known } from './known.ts';

const HEAD = `site: { id: factory, gridArea: tokyo }
gateway: { id: gw1 }
lines:
  lan: { kind: modbus-tcp, host: plc.local }
`;

function specOf(fields: string): ChannelSpec {
  const text = `${HEAD}meters: { m: { line: lan, unit: 1, ${fields} } }`;
  const { site, problems } = checkSiteText('/etc/hakaru/site.yaml', text, { knowledge: known });
  const [spec] = site ? channelSpecs(site) : [];
  if (!spec) throw new Error(JSON.stringify(problems));
  return spec;
}

describe('one count of a register', () => {
  it('behind transformers counts CT × VT × multiplier where it shows the secondary side', () => {
    // 0.1 Wh on the meter's face; 200/5 A and 6600/110 V are 40 × 60 = 2,400.
    const plain = specOf('type: test-secondary, role: sub, rated: 1 kW');
    const behind = specOf('type: test-secondary, role: sub, rated: 2 MW, ct: 200/5, vt: 6600/110');
    const tenfold = specOf(
      'type: test-secondary, role: sub, rated: 2 MW, ct: 200/5, vt: 6600/110, multiplier: 10',
    );
    expect(plain.scale.unitsPerCount).toEqual(rational(1n, 10_000n));
    expect(behind.scale.unitsPerCount).toEqual(rational(6n, 25n));
    expect(tenfold.scale.unitsPerCount).toEqual(rational(12n, 5n));
    expect(behind.scale.wrapsAt).toEqual(rational(1_000_000n));
  });

  it('that shows the primary side is what the meter says', () => {
    const { scale } = specOf('type: test-primary, role: grid-import, rated: 1 MW');
    expect(scale).toMatchObject({
      unitsPerCount: rational(1n),
      stepCounts: rational(1n, 100n),
      encoding: 'float32',
    });
  });

  it('of a service pulse is its weight at the primary side, once', () => {
    expect(
      specOf(
        'type: test-pulses, input: 1, pulseWeight: 50000 pulse/kWh, role: grid-import, rated: 600 kW, ct: 200/5, vt: 6600/110',
      ).scale.unitsPerCount,
    ).toEqual(rational(6n, 125n));
  });
});
