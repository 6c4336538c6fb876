// Issuers whose keys live in this process: Python sees only what they publish and sign.
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import * as vc from '@digitalbazaar/vc';
import {createCredential, createList} from '@digitalbazaar/vc-bitstring-status-list';
import {createSignCryptosuite as ecdsaJcs} from '@digitalbazaar/ecdsa-jcs-2019-cryptosuite';
import {createSignCryptosuite as eddsaJcs} from '@digitalbazaar/eddsa-jcs-2022-cryptosuite';
import {cryptosuite as ecdsa} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsa} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {Ed25519Signature2020} from '@digitalbazaar/ed25519-signature-2020';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {documentLoader} from './document_loader.mjs';
import {exportJWK, generateKeyPair, SignJWT} from 'jose';
import jcs from 'canonicalize';
import jsonld from 'jsonld';

const issuers = new Map();

const integrity = cryptosuite => (signer, date) =>
  new DataIntegrityProof({signer, cryptosuite, date});
const curve = name => () => EcdsaMultikey.generate({curve: name});

// What libraries without a safe mode sign: less than they are given.
const lossy = {...eddsa, canonize: (input, options) => jsonld.canonize(
  input, {algorithm: 'RDFC-1.0', format: 'application/n-quads', ...options, safe: false})};

// How each suite makes its key, and its proofs.
const suites = {
  'eddsa-rdfc-2022': [Ed25519Multikey.generate, integrity(eddsa)],
  'eddsa-2022': [Ed25519Multikey.generate, integrity({...eddsa, name: 'eddsa-2022'})], // its draft
  'eddsa-rdfc-2022 without safe mode': [Ed25519Multikey.generate, integrity(lossy)],
  'ecdsa-rdfc-2019 P-256': [curve('P-256'), integrity(ecdsa)],
  'ecdsa-rdfc-2019 P-384': [curve('P-384'), integrity(ecdsa)],
  'eddsa-jcs-2022': [Ed25519Multikey.generate, integrity(eddsaJcs())],
  'ecdsa-jcs-2019 P-256': [curve('P-256'), integrity(ecdsaJcs())],
  'ecdsa-jcs-2019 P-384': [curve('P-384'), integrity(ecdsaJcs())],
  'Ed25519Signature2020': [
    Ed25519Multikey.generate, (signer, date) => new Ed25519Signature2020({signer, date})]
};

// A did:web, or without `did` the did:key of a new key. `seed` is 32 bytes in hexadecimal.
export async function newIssuer({did, seed, suite = 'eddsa-rdfc-2022', alg = 'ES256'}) {
  const [generate, prove] = suites[suite];
  const proofKey = await generate({seed: seed && Buffer.from(seed, 'hex')});
  did ??= `did:key:${proofKey.publicKeyMultibase}`;
  proofKey.controller = did;
  proofKey.id = `${did}#${proofKey.publicKeyMultibase}`;
  const {privateKey, publicKey} = await generateKeyPair(alg);
  issuers.set(did, {proofKey, prove, privateKey, alg});
  const jwtMethod = {
    id: `${did}#jwt`, type: 'JsonWebKey', controller: did, publicKeyJwk: await exportJWK(publicKey)
  };
  const document = {
    '@context': [
      'https://www.w3.org/ns/did/v1',
      'https://w3id.org/security/multikey/v1',
      'https://w3id.org/security/jwk/v1'
    ],
    id: did,
    verificationMethod: [await proofKey.export({publicKey: true, includeContext: false}), jwtMethod],
    assertionMethod: [proofKey.id, jwtMethod.id]
  };
  return {did, document};
}

export async function issue({did, credential, created}) {
  const {proofKey, prove} = issuers.get(did);
  const suite = prove(proofKey.signer(), created);
  return vc.issue({credential, suite, documentLoader: documentLoader({}), now: created});
}

// Open Badges 3.0, section 8.2.4: the credential itself as claims, and the claims that repeat it.
export async function issueJwt({did, credential}) {
  const {alg, privateKey} = issuers.get(did);
  const seconds = text => Math.floor(Date.parse(text) / 1000);
  const jwt = new SignJWT({...credential})
    .setProtectedHeader({alg, kid: `${did}#jwt`, typ: 'JWT'})
    .setIssuer(did)
    .setJti(credential.id)
    .setNotBefore(seconds(credential.validFrom))
    .setSubject(credential.credentialSubject.id);
  if(credential.validUntil) {
    jwt.setExpirationTime(seconds(credential.validUntil));
  }
  return jwt.sign(privateKey);
}

export async function issueStatusList({did, id, revoked, created}) {
  const list = await createList({length: 131072});
  revoked.forEach(index => list.setStatus(index, true));
  const credential = await createCredential({id, list, statusPurpose: 'revocation'});
  return issue({did, credential: {...credential, issuer: did, validFrom: created}, created});
}

// RFC 8785 by its author's library: what the JCS suites sign.
export async function canonicalJson({value}) {
  return jcs(value);
}
