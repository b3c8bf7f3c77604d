import type { CoefficientClass } from '../../../domain/messages.ts';

/** Which pattern lies over the class colour; classes without one are plain. */
export const PATTERN: Readonly<Record<CoefficientClass, string | null>> = {
  normal: null,
  curtailment: 'hatch',
  tight: 'cross',
  monthly: 'dots',
  none: null,
};

/** The patterns of the page, once; every bar and swatch refers to them. */
export function Patterns() {
  return (
    <svg class="patterns" width="0" height="0" aria-hidden="true">
      <defs>
        <pattern id="hatch" patternUnits="userSpaceOnUse" width="7" height="7" patternTransform="rotate(45)">
          <line class="pattern-line" x1="0" y1="0" x2="0" y2="7" />
        </pattern>
        <pattern id="cross" patternUnits="userSpaceOnUse" width="7" height="7" patternTransform="rotate(45)">
          <path class="pattern-line" d="M0 0V7M0 0H7" />
        </pattern>
        <pattern id="dots" patternUnits="userSpaceOnUse" width="7" height="7">
          <circle class="pattern-dot" cx="3.5" cy="3.5" r="1.3" />
        </pattern>
      </defs>
    </svg>
  );
}

export function ClassSwatch(props: { class: CoefficientClass }) {
  const pattern = PATTERN[props.class];
  return (
    <svg class="swatch" viewBox="0 0 18 14" aria-hidden="true">
      <rect class={`bar bar-${props.class}`} x="1" y="1" width="16" height="12" />
      {pattern ? <rect x="1" y="1" width="16" height="12" fill={`url(#${pattern})`} /> : null}
    </svg>
  );
}
