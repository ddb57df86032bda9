// SPDX-License-Identifier: MIT
// The relay as a function of Vercel's Edge runtime.
export const config = { runtime: 'edge' };
export { relay as default } from '../relay.js';
