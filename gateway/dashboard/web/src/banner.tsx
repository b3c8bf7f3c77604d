import { moment } from './format.ts';
import { dataIsOld, language, lost, status, texts } from './state.ts';

/** Says when what is on the screen can no longer be taken for the present. */
function Staleness() {
  const t = texts.value;
  const now = status.value;
  if (lost.value) {
    return (
      <div class="banner banner-bad" role="alert">
        <strong>{t.lost}</strong> {now ? t.lostShows(moment(now.now, now.today)) : t.lostNever}
      </div>
    );
  }
  if (dataIsOld.value && now?.dataAsOf) {
    return (
      <div class="banner" role="alert">
        <strong>{t.old}</strong> {t.oldShows(moment(now.dataAsOf, now.today))}
      </div>
    );
  }
  return null;
}

/** Staleness first; then the disk and the clock; then what hinders delivery or weighing, while the gateway can still say so. */
export function Banners() {
  const now = status.value;
  const notices = now?.demand.notify.map(({ fault }) => fault) ?? [];
  const faults = lost.value ? [] : [now?.mqtt?.fault, now?.coefficients.fault, now?.alarm?.fault, ...notices];
  const grave = lost.value ? [] : [now?.storage.fault, now?.clock.fault];
  return (
    <>
      <Staleness />
      {grave.map((fault) =>
        fault ? (
          <div key={fault.code} class="banner banner-bad" role="alert">
            {fault[language.value]}
          </div>
        ) : null,
      )}
      {faults.map((fault) =>
        fault ? (
          <div key={fault.code} class="banner" role="status">
            {fault[language.value]}
          </div>
        ) : null,
      )}
    </>
  );
}
