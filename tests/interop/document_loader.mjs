// All that the libraries may load, from memory. Contexts are Mintmark's own files, so that both
// sides read the same bytes; a did:key is its own document; the rest is what a test published.
import {readFileSync} from 'node:fs';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {driver} from '@digitalbazaar/did-method-key';

const HOME = new URL('../../contexts/', import.meta.url);
const read = name => JSON.parse(readFileSync(new URL(name, HOME), 'utf8'));
const contexts = new Map(
  Object.entries(read('manifest.json')).map(([url, {file}]) => [url, read(`data/${file}`)]));

const didKey = driver();
didKey.use({multibaseMultikeyHeader: 'z6Mk', fromMultibase: Ed25519Multikey.from});

// did:web Method, section 3.2, written a second time: Mintmark's own is not asked.
function didWebUrl(did) {
  const [host, ...path] = did.slice('did:web:'.length).split(':').map(decodeURIComponent);
  return `https://${[host, ...(path.length ? path : ['.well-known'])].join('/')}/did.json`;
}

async function didDocument(did, published) {
  return did.startsWith('did:key:') ? didKey.get({did}) : published[didWebUrl(did)];
}

// `published` holds documents by URL, as `World.documents` and an issuer's `public/` do.
export function documentLoader(published) {
  return async url => {
    const [base, fragment] = url.split('#');
    let document = contexts.get(url) ?? published[url];
    if(base.startsWith('did:')) {
      document = await didDocument(base, published);
      if(fragment) {
        document = document?.verificationMethod.find(method => method.id === url);
      }
    }
    if(!document) {
      throw new Error(`nothing is published at ${url}`);
    }
    return {documentUrl: url, contextUrl: null, document, tag: 'static'};
  };
}
