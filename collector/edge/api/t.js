// SPDX-License-Identifier: MIT
// The relay as a function of Vercel's Node.js runtime.
export { relay as GET, relay as POST } from '../relay.js';
