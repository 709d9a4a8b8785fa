/** Sizes of files as people read them. */
export function megabytes(bytes: number): string {
  const megabyte = 2 ** 20
  return bytes < 10 * 1024 * megabyte
    ? `${(bytes / megabyte).toFixed(1)} MiB`
    : `${Math.round(bytes / megabyte / 1024)} GiB`
}
