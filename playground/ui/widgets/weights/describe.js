// What the card says of an import and of a size. No DOM here.

import { bytes, isNumber, short, time } from '../lib/format.js';

/**
 * An import of the server, as `WeightsJob.state` describes it.
 * @typedef {object} Job
 * @property {number} [number]
 * @property {string} [title]
 * @property {boolean} active
 * @property {string} [doing]
 * @property {number} [done]
 * @property {number} [total]
 * @property {number | null} bytes_per_s
 * @property {number | null} remaining_s
 * @property {string} [run]
 * @property {string} [message]
 * @property {string} [failure]
 * @property {boolean} [asks_heads]
 */

/**
 * One of the published sizes; `download_bytes` is 0 where it is in the cache, `run` its run, if there is one.
 * @typedef {object} Size
 * @property {string} name
 * @property {string} title
 * @property {number} parameters
 * @property {number} download_bytes
 * @property {number} disk_bytes
 * @property {number} writing_bytes
 * @property {number} training_bytes
 * @property {boolean} fits
 * @property {number} tokens_per_s
 * @property {string} run
 */

/** The share that is done, from 0 to 1; null until it is known. @param {Job} job */
export const share = ({ done = 0, total = 0 }) => (total ? Math.min(1, done / total) : null);

/** One line on an import that runs. @param {Job} job */
export function doingText(job) {
  const parts = [`${job.title}: ${(job.doing ?? '').toLowerCase()}`];
  if (job.total) parts.push(`${bytes(job.done)} of ${bytes(job.total)}`);
  if (job.active && job.done !== job.total) {
    if (isNumber(job.bytes_per_s)) parts.push(`${bytes(Math.round(job.bytes_per_s))}/s`);
    if (isNumber(job.remaining_s)) parts.push(`${time(job.remaining_s)} left`);
  }
  return parts.join(' · ');
}

/** How an import has ended; '' while it runs, or if there was none. @param {Job} job */
export const endText = (job) => (job.active ? '' : job.failure ?? job.message ?? '');

/**
 * The cells of a size: label and text; `isMuch` marks what this machine does not have.
 * @param {Size} size @param {number} freeMemory @param {number} freeDisk
 * @returns {{ label: string, text: string, isMuch?: boolean }[]}
 */
export function cells(size, freeMemory, freeDisk) {
  const needed = size.run ? 0 : size.download_bytes + size.disk_bytes;
  return [
    { label: 'Parameters', text: short(size.parameters) },
    { label: 'To fetch', text: size.download_bytes ? bytes(size.download_bytes) : 'here' },
    { label: 'On the disk', text: bytes(size.disk_bytes), isMuch: needed > freeDisk },
    { label: 'Memory to write', text: bytes(size.writing_bytes), isMuch: size.writing_bytes > freeMemory },
    { label: 'To train', text: bytes(size.training_bytes), isMuch: size.training_bytes > freeMemory },
    { label: 'Writes about', text: `${short(size.tokens_per_s)} tokens/s` },
  ];
}
