// One line of JSON in, one out: {call, …arguments} → {answer} or {error}. Starting Node costs
// more than any of the calls, so one process answers for a whole run of tests.
import * as selective from './selective.mjs';
import * as sign from './sign.mjs';
import * as verify from './verify.mjs';
import {createInterface} from 'node:readline';
import net from 'node:net';
import {webcrypto} from 'node:crypto';

net.Socket.prototype.connect = () => {
  throw new Error('nothing may be fetched: documents come with the question');
};
globalThis.crypto ??= webcrypto; // Node 18 has it, but not under the name that jose uses

const calls = {...selective, ...sign, ...verify};
for await (const line of createInterface({input: process.stdin})) {
  const {call, ...given} = JSON.parse(line);
  let said;
  try {
    said = {answer: await calls[call](given)};
  } catch(error) {
    said = {error: verify.reasons(error).join('; ')};
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
