/** Numbers as people read them, the same in the terminal and in the page. */

/** `62431` -> `62,431` */
export function whole(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(?:\d{3})+$)/g, ",");
}

/** A share of 0 to 1 -> `10.03 %` */
export function percent(share: number, digits = 2): string {
  return `${(share * 100).toFixed(digits)} %`;
}

/** Seconds -> `1.4 s` */
export function seconds(value: number): string {
  return `${value.toFixed(1)} s`;
}

/** A longer stretch: `48 s`, `3 min 25 s` */
export function duration(value: number): string {
  const rounded = Math.round(value);
  if (rounded < 60) return `${String(rounded)} s`;
  return `${String(Math.floor(rounded / 60))} min ${String(rounded % 60)} s`;
}

/** MiB -> `512 MiB`, from 1 GiB on `3.2 GiB` */
export function memory(mebibytes: number): string {
  return mebibytes < 1024 ? `${String(Math.round(mebibytes))} MiB` : `${(mebibytes / 1024).toFixed(1)} GiB`;
}
