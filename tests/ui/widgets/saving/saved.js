// What a test saves is kept instead of being downloaded.

/**
 * From now on, the files that are saved, in their order.
 * @returns {{ name: string, blob: Blob }[]}
 */
export function saved() {
  /** @type {{ name: string, blob: Blob }[]} */
  const files = [];
  /** @type {Map<string, Blob>} */
  const blobs = new Map();
  URL.createObjectURL = (blob) => {
    const href = `blob:${blobs.size}`;
    blobs.set(href, /** @type {Blob} */ (blob));
    return href;
  };
  HTMLAnchorElement.prototype.click = function click() {
    const blob = blobs.get(this.getAttribute('href') ?? '');
    if (blob) files.push({ name: this.download, blob });
  };
  return files;
}
