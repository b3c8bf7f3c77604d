/** Where things stand in a file that a person wrote. Lines and columns count from 1, columns in UTF-16 units as editors do. */

export interface Place {
  readonly line: number;
  readonly column: number;
}

export type Path = readonly (string | number)[];

export const FILE_START: Place = { line: 1, column: 1 };

/** The places of a file's values and keys, by path. */
export interface Places {
  /** Where the value stands; for one that is not there, the key of the nearest parent that is. */
  valueAt(path: Path): Place;
  /** Where the key of the path stands; for list elements and unknown paths as {@link Places.valueAt}. */
  keyAt(path: Path): Place;
}

export interface PlaceBook extends Places {
  add(path: Path, value: Place, key: Place | null): void;
}

function name(path: Path): string {
  return JSON.stringify(path.map(String));
}

export function placeBook(): PlaceBook {
  const values = new Map<string, Place>();
  const keys = new Map<string, Place>();
  const keyAt = (path: Path): Place => {
    for (let length = path.length; length >= 0; length -= 1) {
      const part = name(path.slice(0, length));
      const found = keys.get(part) ?? values.get(part);
      if (found) return found;
    }
    return FILE_START;
  };
  return {
    add(path, value, key) {
      values.set(name(path), value);
      if (key) keys.set(name(path), key);
    },
    keyAt,
    valueAt: (path) => values.get(name(path)) ?? keyAt(path),
  };
}
