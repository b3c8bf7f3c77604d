/**
 * Small bugs of the kind that people make, one line each, and for each the test that must notice it. `npm run mutants`
 * tries them; mutants.test.ts keeps the list in step with the code. Choose as `story` a test that tells why the line
 * matters, with a title that stands in its file as plain text.
 */
import type { Mutant } from './mutant.ts';
import { OF_A_CLOCK_SET_BACK } from './mutants-of-a-clock-set-back.ts';
import { OF_AHEAD, OF_DEMAND } from './mutants-of-ahead-and-demand.ts';
import { OF_COEFFICIENT_SOURCES, OF_THE_RULES } from './mutants-of-coefficient-sources.ts';
import { OF_CORRECTIONS } from './mutants-of-corrections.ts';
import { OF_GAS_AND_STEAM } from './mutants-of-gas-and-steam.ts';
import { OF_GAUGES_AND_METERS } from './mutants-of-gauges-and-meters.ts';
import { OF_POLLING } from './mutants-of-polling.ts';
import { OF_PULSES } from './mutants-of-pulses.ts';
import { OF_READING } from './mutants-of-reading.ts';
import { OF_REPORTS } from './mutants-of-reports.ts';
import { OF_THE_ALARM } from './mutants-of-the-alarm.ts';
import { OF_THE_CARD } from './mutants-of-the-card.ts';
import { OF_THE_CLOCK } from './mutants-of-the-clock.ts';
import { OF_THE_LEDGER } from './mutants-of-the-ledger.ts';

const DRIVERS = 'drivers/modbus';

/** Hour buckets, coefficients, configuration. */
const OF_THE_HOURS: readonly Mutant[] = [
  {
    name: 'missing as zero',
    file: 'gateway/domain/render-json.ts',
    find: 'return micro === null ? null : decimal(micro);',
    replace: 'return decimal(micro ?? 0n);',
    test: 'test/ledger/an-hour-without-readings-is-missing-not-zero.test.ts',
    story: 'is published as null at its end + 90 s, and once more when the meter is back',
  },
  {
    name: 'the better quality of two slots wins',
    file: 'gateway/domain/quality.ts',
    find: 'QUALITIES.indexOf(a) >= QUALITIES.indexOf(b)',
    replace: 'QUALITIES.indexOf(a) <= QUALITIES.indexOf(b)',
    test: 'test/ledger/a-gap-keeps-its-total.test.ts',
    story: 'what the meter counted while nobody asked is spread over the slots of the gap, which say so',
  },
  {
    name: 'demand out of an estimated slot',
    file: 'gateway/domain/ledger/slot.ts',
    find: "return slot.quality === 'measured' && slot.quantityMicro !== null",
    replace: 'return slot.quantityMicro !== null',
    test: 'test/ledger/a-gap-keeps-its-total.test.ts',
    story: 'what the meter counted while nobody asked is spread over the slots of the gap, which say so',
  },
  {
    name: 'hour sent before the reading behind its end can be in',
    file: 'gateway/stages/close-hours.ts',
    find: 'return startMs + HOUR_MS + PUBLISH_DELAY_MS <= nowMs;',
    replace: 'return startMs + HOUR_MS <= nowMs;',
    test: 'test/ledger/an-hour-without-readings-is-missing-not-zero.test.ts',
    story: 'is published as null at its end + 90 s, and once more when the meter is back',
  },
  {
    name: 'revision not raised',
    file: 'gateway/stages/fill-outbox.ts',
    find: 'const about = { generation: sender.generation, revision, producedAt',
    replace: 'const about = { generation: sender.generation, revision: 1, producedAt',
    test: 'test/ledger/an-hour-without-readings-is-missing-not-zero.test.ts',
    story: 'is published as null at its end + 90 s, and once more when the meter is back',
  },
  {
    name: 'unchanged hour sent again',
    file: 'gateway/stages/fill-outbox.ts',
    find: 'if (digest === hour.sentDigest) return;',
    replace: '',
    test: 'test/ledger/invariants.property.test.ts',
    story: 'hold for any readings in any batches, with restarts and crashes',
  },
  {
    name: 'coefficient of the neighbour hour',
    file: 'gateway/stages/weigh-hours.ts',
    find: 'decider.coefficientOf(startMs);',
    replace: 'decider.coefficientOf((startMs + 3_600_000) as typeof startMs);',
    test: 'test/stories/worked-days.test.ts',
    story: 'fy2023: the day announced as curtailment weighs 134,000 MJ',
  },
  {
    name: 'interval edge: the hour that ends curtailment counts as curtailed',
    file: 'gateway/domain/coefficients/decide.ts',
    find: 'document.curtailmentDays.includes(date) && fromHour <= hour && hour < toHour',
    replace: 'document.curtailmentDays.includes(date) && fromHour <= hour && hour <= toHour',
    test: 'test/coefficients/worked-days.test.ts',
    story: 'is 134,000 MJ under fy2023 when the day is announced: 08:00–16:00',
  },
  {
    name: 'hours counted by another offset than +09:00',
    file: 'gateway/domain/coefficients/jst.ts',
    find: 'const JST_OFFSET_MS = 9 * HOUR_MS;',
    replace: 'const JST_OFFSET_MS = 8 * HOUR_MS;',
    test: 'test/coefficients/decisions.test.ts',
    story: 'begins 2026-11-04 at 15:00 UTC of the day before',
  },
  {
    name: 'unconfirmed shown as confirmed',
    file: 'gateway/domain/coefficients/decide.ts',
    find: 'confirmed: document !== null,',
    replace: 'confirmed: true,',
    test: 'test/stories/a-later-revision-weighs-again.test.ts',
    story: 'count as normal and unconfirmed until somebody speaks for them',
  },
  {
    name: 'older revision of a document accepted',
    file: 'gateway/domain/coefficients/documents.ts',
    find: "if (document.revision > held.revision) return { kind: 'replaces' };",
    replace: "if (document.revision !== held.revision) return { kind: 'replaces' };",
    test: 'test/stories/a-later-revision-weighs-again.test.ts',
    story: 'stay as they are when the same document comes again, an older one, or one of another area',
  },
  {
    name: 'hours of a changed document not weighed again',
    file: 'gateway/stages/apply-document.ts',
    find: 'queued += store.hourWork.weighWithin(jstHourStart(date, 0), jstHourStart(date, 24));',
    replace: '',
    test: 'test/stories/a-later-revision-weighs-again.test.ts',
    story: 'are sent once more with a higher revision when a later revision takes the announcement back',
  },
  {
    name: 'hour left half sent: the meters that did not fit one step are forgotten',
    file: 'gateway/stages/fill-outbox.ts',
    find: 'if (last && hours.length === left)',
    replace: 'if (last && hours.length > left)',
    test: 'test/stories/an-hour-of-many-meters.test.ts',
    story: 'are gone on with after a crash between and inside steps: nothing is lost, nothing comes twice',
  },
  {
    name: 'CT ratio ignored',
    file: 'config/channel-specs.ts',
    find: 'multiply(meter.ct, meter.vt)',
    replace: 'meter.vt',
    test: 'test/config/ratios-reach-the-ledger.test.ts',
    story: 'behind transformers counts CT × VT × multiplier where it shows the secondary side',
  },
];

/** Wires. */
const OF_THE_DRIVERS: readonly Mutant[] = [
  {
    name: 'asks after a stall before what came meanwhile is read',
    file: `${DRIVERS}/bus.ts`,
    find: 'if (awaitsLate && performance.now() - dueMs > PUNCTUAL_MS) await listenAfterStall();',
    replace: '',
    test: 'test/drivers/a-stall-hides-a-late-answer.test.ts',
    story: 'an answer that came during a stall is not taken for that to the next question',
  },
  {
    name: 'a wait that was held up itself counts as listening',
    file: `${DRIVERS}/bus.ts`,
    find: 'const STALL_TRIES = 10;',
    replace: 'const STALL_TRIES = 1;',
    test: 'test/drivers/a-stall-hides-a-late-answer.test.ts',
    story: 'nor is one that came while the process listened for it and was held up again',
  },
  {
    name: 'late RTU answer accepted: any answer of the right shape is believed',
    file: `${DRIVERS}/answer-order.ts`,
    find: 'const believed = state.asked.length === 1 && newest?.repeated === false;',
    replace: 'const believed = newest !== undefined;',
    test: 'test/drivers/answer-order.property.test.ts',
    story: 'never lets an old answer pass for a new one where the meter takes wider reads',
    template: 'never lets an old answer pass for a new one where the meter $meter',
  },
  {
    name: 'late RTU answer accepted: a length is used again while an answer to it may still come',
    file: `${DRIVERS}/answer-order.ts`,
    find: 'if (!isFree(state, key)) continue;',
    replace: '',
    test: 'test/drivers/answer-order.property.test.ts',
    story: 'never lets an old answer pass for a new one where the meter takes none',
    template: 'never lets an old answer pass for a new one where the meter $meter',
  },
  {
    name: 'CRC not checked',
    file: `${DRIVERS}/frame.ts`,
    find: 'return bytes[to - 2] === (crc & 0xff) && bytes[to - 1] === crc >> 8;',
    replace: 'return crc >= 0;',
    test: 'test/drivers/a-wrong-frame-is-a-fault.test.ts',
    story: 'has one wrong bit ends with crc-error, and the next one brings its value',
  },
  {
    name: 'wrong unit accepted',
    file: `${DRIVERS}/rtu-port.ts`,
    find: 'if (answer.unit !== unit) {',
    replace: 'if (answer.unit > 247) {',
    test: 'test/drivers/a-wrong-frame-is-a-fault.test.ts',
    story: 'is that of another unit ends with wrong-unit, and the next one brings its value',
  },
  {
    name: 'TCP transaction id not looked at',
    file: `${DRIVERS}/tcp-port.ts`,
    find: 'if (frame.readUInt16BE(0) === this.transaction?.id) answer ??= frame;',
    replace: 'answer ??= frame;',
    test: 'test/drivers/tcp-guard.test.ts',
    story: 'throws away an answer that comes after its time, and asks the next question at once',
  },
  {
    name: 'word order swapped',
    file: `${DRIVERS}/decode.ts`,
    find: "order === 'msw' ? words",
    replace: "order === 'lsw' ? words",
    test: 'test/drivers/line-polls.test.ts',
    story: 'of an SDM630 brings its energies exactly and its gauges, in two reads',
  },
  {
    name: 'NaN taken for a number',
    file: `${DRIVERS}/decode.ts`,
    find: 'if (exponent === Number(exponentMask)) return null;',
    replace: '',
    test: 'test/drivers/line-polls.test.ts',
    story: 'carries what was read, and the first fault: an invalid value, a refused register',
  },
  {
    name: 'a multiplier register that changed at the meter is not minded',
    file: `${DRIVERS}/quantities.ts`,
    find: 'else if (wrong) problem ??= wrong;',
    replace: '',
    test: 'test/meter-types/a-multiplier-register-changes.test.ts',
    story: 'counts by what the site file says, and stops when the meter says something else',
  },
  {
    name: 'multiplier read before its register',
    file: `${DRIVERS}/read-plan.ts`,
    find: "if (has('multiplier')) return 1;",
    replace: "if (has('multiplier')) return -1;",
    test: 'test/meter-types/a-multiplier-register-changes.test.ts',
    story: 'that is changed in the middle of a poll never gives a value of the one scale for the other',
  },
  {
    name: 'CT setting of the meter not compared',
    file: `${DRIVERS}/quantities.ts`,
    find: 'if (agrees) continue;',
    replace: 'if (!agrees) continue;',
    test: 'test/meter-types/the-ct-set-in-the-meter.test.ts',
    story: 'that is not what the site file says is a fault of every poll, until it is read again',
  },
  {
    name: 'a meter is not given its pause',
    file: `${DRIVERS}/bus.ts`,
    find: 'await sleep(Math.ceil(restMs))',
    replace: 'await sleep(0)',
    test: 'test/drivers/pauses.test.ts',
    story: 'a meter is asked again only when its pause is over; its neighbours are asked meanwhile',
  },
];

/** Outbox and broker. */
const OF_THE_UPLINK: readonly Mutant[] = [
  {
    name: 'acknowledged before PUBACK: the outbox lets go of what was only published',
    file: 'gateway/uplink/delivery.ts',
    find: 'inFlight.add(row.seq);',
    replace: 'inFlight.add(row.seq); outbox.acknowledged([row.seq]);',
    test: 'test/stories/a-tombstone-keeps-the-count-whole.test.ts',
    story: 'keeps a message waiting until the broker has said that it has it',
  },
  {
    name: 'acknowledged before PUBACK: sent with QoS 0',
    file: 'gateway/uplink/connection.ts',
    find: 'client.publish(topic, payload, { qos, retain, ...properties }',
    replace: 'client.publish(topic, payload, { qos: 0, retain, ...properties }',
    test: 'test/uplink/bounds.test.ts',
    story:
      'a broker that goes silent after CONNACK: each publish settles by its deadline and the connection is dropped',
  },
  {
    name: 'time-out and disconnect taken for an acknowledgement',
    file: 'gateway/uplink/delivery.ts',
    find: "if (outcome.kind === 'acknowledged') onAcknowledged(seq);",
    replace: "if (outcome.kind !== 'refused') onAcknowledged(seq);",
    test: 'test/uplink/delivery-model.test.ts',
    story: 'a broker that says it is shutting down, or that another client took the id, accuses no message',
  },
  {
    name: 'seq with a hole',
    file: 'gateway/store/outbox-rows.ts',
    find: 'const seq = lastSeq() + 1;',
    replace: 'const seq = lastSeq() === 0 ? 1 : lastSeq() + 2;',
    test: 'test/stories/a-tombstone-keeps-the-count-whole.test.ts',
    story: 'numbers messages from 1 without a hole',
  },
  {
    name: 'tombstone without the seq of what it stands for',
    file: 'gateway/stages/outbox-port.ts',
    find: 'JSON.stringify(eventMessage(draft, sender, seq, nowMs, grid)),',
    replace: 'JSON.stringify(eventMessage(draft, sender, store.outbox.lastSeq() + 1, nowMs, grid)),',
    test: 'test/stories/a-tombstone-keeps-the-count-whole.test.ts',
    story: 'puts an event with the same number in the place of a message that is refused for good',
  },
  {
    name: 'message left out of a long run taken for acknowledged',
    file: 'gateway/store/acknowledged-rows.ts',
    find: 'if (run.first > first) left.push({ first, last: run.first - 1 });',
    replace: '',
    test: 'test/uplink/stored-outbox.test.ts',
    story: 'what waits is what was not acknowledged, whatever the order of the answers',
  },
  {
    name: 'message deleted before the broker has it',
    file: 'gateway/store/outbox-rows.ts',
    find: 'const upTo = Math.min(run.last, run.first + limit - purged - 1);',
    replace: 'const upTo = run.first + limit - purged - 1;',
    test: 'test/uplink/stored-outbox.test.ts',
    story: 'old messages go in bounded steps; what waits stays, and the count goes on',
  },
  {
    name: 'older message overtaken: the newest is sent first',
    file: 'gateway/store/outbox-rows.ts',
    find: 'AND seq <= ? ORDER BY seq LIMIT ?',
    replace: 'AND seq <= ? ORDER BY seq DESC LIMIT ?',
    test: 'test/stories/a-tombstone-keeps-the-count-whole.test.ts',
    story: 'numbers messages from 1 without a hole',
  },
];

export const MUTANTS: readonly Mutant[] = [
  ...OF_THE_LEDGER,
  ...OF_READING,
  ...OF_THE_CARD,
  ...OF_THE_CLOCK,
  ...OF_A_CLOCK_SET_BACK,
  ...OF_THE_HOURS,
  ...OF_COEFFICIENT_SOURCES,
  ...OF_THE_RULES,
  ...OF_AHEAD,
  ...OF_DEMAND,
  ...OF_REPORTS,
  ...OF_CORRECTIONS,
  ...OF_GAS_AND_STEAM,
  ...OF_GAUGES_AND_METERS,
  ...OF_PULSES,
  ...OF_THE_ALARM,
  ...OF_POLLING,
  ...OF_THE_DRIVERS,
  ...OF_THE_UPLINK,
];
