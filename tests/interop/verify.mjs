// What the libraries make of a credential.
import * as vc from '@digitalbazaar/vc';
import {createLocalJWKSet, decodeProtectedHeader, importJWK, jwtVerify} from 'jose';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {createVerifyCryptosuite as ecdsaJcs} from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import {createVerifyCryptosuite as eddsaJcs} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as ecdsaRdfc} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {documentLoader as loader} from './document_loader.mjs';

export const suite = [eddsaRdfc, ecdsaRdfc, eddsaJcs(), ecdsaJcs()]
  .map(cryptosuite => new DataIntegrityProof({cryptosuite}));

export async function verifyCredential({credential, published, now}) {
  const documentLoader = loader(published);
  const result = await vc.verifyCredential({credential, suite, documentLoader, checkStatus, now});
  return answer(result, result.statusResult);
}

// jose knows JWS and registered claims; the status of the credential inside is asked as above.
// The key is found in `jwks`, or else in the issuer's DID document.
export async function verifyJwt({jwt, issuer, jwks, published, now}) {
  const documentLoader = loader(published);
  const options = {
    algorithms: ['RS256', 'ES256', 'ES384', 'EdDSA'],
    typ: 'JWT', issuer, currentDate: now && new Date(now)
  };
  const key = jwks ? createLocalJWKSet(jwks) : await keyInDidDocument(jwt, documentLoader);
  const {payload: credential} = await jwtVerify(jwt, key, options);
  const status = credential.credentialStatus &&
    await checkStatus({credential, documentLoader, suite});
  return answer({verified: status?.verified ?? true, error: status?.error}, status);
}

async function keyInDidDocument(jwt, documentLoader) {
  const {alg, kid} = decodeProtectedHeader(jwt);
  const {document: method} = await documentLoader(kid);
  return importJWK(method.publicKeyJwk, alg);
}

// The quads that the library's own cryptosuite would hash: jsonld.js in safe mode, rdf-canonize.
export async function canonicalize({document}) {
  return eddsaRdfc.canonize(document, {documentLoader: loader({})});
}

// `verified` is the library's word. checkStatus says it of a revoked credential too: reading the
// bits is left to whoever calls it, so `accepted` is what a careful caller makes of both.
export function answer({verified, error}, statusResult) {
  const bits = (statusResult?.results ?? []).map(({status}) => status);
  const why = [...reasons(error), ...reasons(statusResult?.error)];
  return {verified, bits, accepted: verified && !bits.includes(true), why: why.join('; ')};
}

export function reasons(error) {
  const inner = [error?.errors, error?.cause].flat().filter(Boolean).flatMap(reasons);
  return error ? [error.message, error.details?.event?.code, ...inner].filter(Boolean) : [];
}
