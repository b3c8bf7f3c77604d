import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** How wide an element is drawn, px: charts are drawn anew for it, so that their letters keep their size. */
export function useWidth<Shown extends HTMLElement>(
  firstPx: number,
): { readonly frame: RefObject<Shown | null>; readonly widthPx: number } {
  const frame = useRef<Shown>(null);
  const widthPx = useSignal(firstPx);
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return undefined;
    const observer = new ResizeObserver(([entry]) => {
      if (entry && entry.contentRect.width > 0) widthPx.value = Math.round(entry.contentRect.width);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { frame, widthPx: widthPx.value };
}
