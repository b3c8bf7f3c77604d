/** A stick or a share: half-written files, a folder that cannot be written, one that comes and goes. */
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folderSource, SETTLED_MS } from '../../gateway/uplink/coefficients/folder-source.ts';
import { documentCsv, documentText, openDesk } from './support/desk.ts';

/** A desk with a drop folder of its own, whose files have stood still whenever it is looked at twice. */
function deskWithFolder(place: (folder: string) => string = (folder) => join(folder, 'stick')) {
  let path = '';
  const desk = openDesk({
    sources(folder) {
      path = place(folder);
      mkdirSync(path, { recursive: true });
      return { folder: path };
    },
  });
  let steadyMs = 0;
  desk.clock.monotonicMs = () => steadyMs;
  return {
    ...desk,
    path,
    put: (name: string, text: string) => writeFileSync(join(path, name), text),
    /** Looks, and looks again when what stands still has settled. */
    async look() {
      await desk.intake.download();
      steadyMs += SETTLED_MS;
      await desk.intake.download();
    },
    async glance(ms = 1_000) {
      steadyMs += ms;
      await desk.intake.download();
    },
  };
}

describe('a folder that others fill', () => {
  it('brings every document once, JSON and CSV, whatever else lies there', async () => {
    const desk = deskWithFolder();
    desk.put('november.json', documentText());
    desk.put('OLD.CSV', documentCsv({ revision: 3 }).replace('kyushu-2026-11', 'kyushu-csv'));
    desk.put('readme.txt', 'hello');
    desk.put('.hidden.json', 'half');
    desk.put('~$november.json', 'half');
    desk.put('november.json.part', 'half');
    mkdirSync(join(desk.path, 'photos.json'));
    await desk.look();
    expect(desk.inForce().sort()).toEqual(['kyushu-2026-11 2', 'kyushu-csv 3']);
    expect(desk.store.received.newest(10)).toHaveLength(2);
    const before = desk.everything();
    for (let again = 0; again < 3; again += 1) await desk.look();
    expect(desk.everything()).toBe(before);
    expect(desk.store.received.newest(10).map(({ times }) => times)).toEqual([1, 1]);
    // A copy under another name is the same document.
    desk.put('copy of november.json', documentText());
    await desk.look();
    expect(desk.store.received.newest(10)).toHaveLength(2);
  });

  it('is not read while a file is being written', async () => {
    const desk = deskWithFolder();
    const text = documentText();
    desk.put('november.json', '');
    for (const letter of [text.slice(0, 100), text.slice(100, 200), text.slice(200)]) {
      await desk.glance(SETTLED_MS - 1);
      appendFileSync(join(desk.path, 'november.json'), letter);
      await desk.glance(1);
    }
    expect(desk.store.received.newest(10)).toEqual([]);
    await desk.glance(SETTLED_MS);
    expect(desk.inForce()).toEqual(['kyushu-2026-11 2']);
  });

  it('may be read-only: nothing in it is changed, and a refused file is told of once', async () => {
    const desk = deskWithFolder();
    desk.put('bad.json', documentText().slice(0, 150));
    desk.put('a-good.json', documentText());
    chmodSync(desk.path, 0o555);
    await desk.look();
    await desk.look();
    chmodSync(desk.path, 0o755);
    expect(readdirSync(desk.path).sort()).toEqual(['a-good.json', 'bad.json']);
    expect(desk.inForce()).toEqual(['kyushu-2026-11 2']);
    const refused = desk.events().filter(({ kind }) => kind === 'coefficients-refused');
    expect(refused).toHaveLength(1);
    expect(refused[0]).toMatchObject({ detail: { source: 'bad.json', fault: 'document-unreadable' } });
    expect(desk.intake.fault()?.code).toBe('document-unreadable');
    // Mended, under the same name: other bytes, so it is looked at again.
    desk.put('bad.json', documentText({ revision: 3 }));
    await desk.look();
    expect(desk.inForce()).toEqual(['kyushu-2026-11 3']);
    expect(desk.intake.fault()).toBeNull();
  });

  it('may be pulled out and put in again', async () => {
    const desk = deskWithFolder();
    desk.put('november.json', documentText());
    await desk.look();
    renameSync(desk.path, `${desk.path}-away`);
    await desk.look();
    expect(desk.store.sources.all()[0]).toMatchObject({
      outcome: 'failed',
      fault: { code: 'folder-unreadable' },
    });
    expect(desk.intake.fault(), 'a stick that is not there is no trouble').toBeNull();
    renameSync(`${desk.path}-away`, desk.path);
    desk.put(
      'december.json',
      documentText({ document: 'kyushu-2026-12', from: '2026-12-01', to: '2026-12-31', curtailmentDays: [] }),
    );
    await desk.look();
    expect(desk.inForce()).toEqual(['kyushu-2026-11 2', 'kyushu-2026-12 2']);
    // What there was to tell is told by now: with the next thing that is written.
    expect(desk.events().map(({ kind }) => kind)).toEqual(['coefficients-applied', 'coefficients-applied']);
  });

  it('is known after a restart', async () => {
    const desk = deskWithFolder();
    desk.put('november.json', documentText());
    await desk.look();
    desk.close();
    const again = openDesk({ folder: desk.folder, sources: { folder: desk.path } });
    let steadyMs = 0;
    again.clock.monotonicMs = () => steadyMs;
    await again.intake.download();
    steadyMs += SETTLED_MS;
    await again.intake.download();
    expect(again.store.received.newest(10).map(({ times }) => times)).toEqual([1]);
  });

  it('that is part of the data folder is never looked at', async () => {
    const desk = deskWithFolder((folder) => join(folder, 'data', 'inbox'));
    desk.put('november.json', documentText());
    await desk.look();
    expect(desk.intake.fault()?.code).toBe('folder-inside-data');
    expect(desk.inForce()).toEqual([]);
  });
});

it('a larger file is refused unread, once', async () => {
  const desk = openDesk();
  let steadyMs = 0;
  const path = join(desk.folder, 'stick');
  mkdirSync(path);
  writeFileSync(join(path, 'large.json'), 'x'.repeat(2_000));
  const source = folderSource({ path, maxBytes: 1_000, monotonicMs: () => steadyMs });
  const known = { etag: null, has: () => false };
  expect(await source.fetch(known)).toEqual({ kind: 'not-modified' });
  steadyMs += SETTLED_MS;
  expect(await source.fetch(known)).toMatchObject({ kind: 'fault', fault: { code: 'document-too-large' } });
  expect(await source.fetch(known)).toEqual({ kind: 'not-modified' });
  rmSync(path, { recursive: true });
  expect(await source.fetch(known)).toMatchObject({ kind: 'fault', fault: { code: 'folder-unreadable' } });
});
