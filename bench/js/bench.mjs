// One line of JSON in, one out: {stack, call, documents} → milliseconds for each document, by this
// process's own clock. Contexts are Mintmark's files, from memory; nothing is fetched.
import {createInterface} from 'node:readline';
import {readFileSync} from 'node:fs';

const ISSUER = 'did:web:localhost%3A8202';
const METHOD = `${ISSUER}#key-1`;
const HOME = new URL('../../contexts/', import.meta.url);
const read = name => JSON.parse(readFileSync(new URL(name, HOME), 'utf8'));
const documents = new Map(
  Object.entries(read('manifest.json')).map(([url, {file}]) => [url, read(`data/${file}`)]));

async function documentLoader(url) {
  if(!documents.has(url)) {
    throw new Error(`nothing is published at ${url}`);
  }
  return {documentUrl: url, contextUrl: null, document: documents.get(url), tag: 'static'};
}

async function stack(scope) {
  const vc = await import(`@${scope}/vc`);
  const {DataIntegrityProof} = await import(`@${scope}/data-integrity`);
  const {cryptosuite} = await import(`@${scope}/eddsa-rdfc-2022-cryptosuite`);
  const Ed25519Multikey = await import(`@${scope}/ed25519-multikey`);
  const key = await Ed25519Multikey.generate({seed: new Uint8Array(32).fill(7)});
  Object.assign(key, {controller: ISSUER, id: METHOD});
  const method = await key.export({publicKey: true, includeContext: true});
  documents.set(METHOD, method);
  documents.set(ISSUER, {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: ISSUER, verificationMethod: [method], assertionMethod: [METHOD]
  });
  const now = '2026-11-22T12:30:00Z';
  const checkStatus = async () => ({verified: true});
  return {
    async sign(credential) {
      const suite = new DataIntegrityProof({signer: key.signer(), cryptosuite, date: now});
      return vc.issue({credential, suite, documentLoader, now});
    },
    async verify(text) {
      const suite = new DataIntegrityProof({cryptosuite});
      const credential = JSON.parse(text);
      const result = await vc.verifyCredential(
        {credential, suite, documentLoader, checkStatus, now: new Date(now)});
      if(!result.verified) {
        throw result.error;
      }
    }
  };
}

const stacks = {};
for await (const line of createInterface({input: process.stdin})) {
  const given = JSON.parse(line);
  let said;
  try {
    const {[given.call]: call} = stacks[given.stack] ??= await stack(given.stack);
    said = {milliseconds: [], signed: null};
    for(const document of given.documents) {
      const began = performance.now();
      said.signed = await call(document);
      said.milliseconds.push(performance.now() - began);
    }
  } catch(error) {
    said = {error: [error.message, ...(error.errors ?? []).map(e => e.message)].join('; ')};
  }
  process.stdout.write(`${JSON.stringify(said)}\n`);
}
