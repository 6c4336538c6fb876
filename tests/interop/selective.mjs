// Sharing less, as the authors of ecdsa-sd-2023 do it: issuer, holder and reader.
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as sd from '@digitalbazaar/ecdsa-sd-2023-cryptosuite';
import * as vc from '@digitalbazaar/vc';
import {answer} from './verify.mjs';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite as eddsa} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {documentLoader} from './document_loader.mjs';

const keys = new Map();

// The DID document of an issuer with a new P-256 key.
export async function newSharingIssuer({did}) {
  const id = `${did}#sd`;
  const key = await EcdsaMultikey.generate({curve: 'P-256', id, controller: did});
  keys.set(did, key);
  const method = await key.export({publicKey: true, includeContext: false});
  return {
    '@context': ['https://www.w3.org/ns/did/v1', 'https://w3id.org/security/multikey/v1'],
    id: did,
    verificationMethod: [method],
    assertionMethod: [id]
  };
}

export async function issueToShare({did, credential, mandatoryPointers, created}) {
  const cryptosuite = sd.createSignCryptosuite({mandatoryPointers});
  const suite = new DataIntegrityProof({
    signer: keys.get(did).signer(), date: created, cryptosuite});
  return vc.issue({credential, suite, documentLoader: documentLoader({}), now: created});
}

export async function shareLess({credential, selectivePointers}) {
  const cryptosuite = sd.createDiscloseCryptosuite({selectivePointers});
  const suite = new DataIntegrityProof({cryptosuite});
  return vc.derive({verifiableCredential: credential, suite, documentLoader: documentLoader({})});
}

// A status list is signed by the issuer's other key.
export async function verifyShared({credential, published, now}) {
  const suite = [sd.createVerifyCryptosuite(), eddsa].map(
    cryptosuite => new DataIntegrityProof({cryptosuite}));
  const result = await vc.verifyCredential({
    credential, suite, documentLoader: documentLoader(published), checkStatus, now});
  return answer(result, result.statusResult);
}
