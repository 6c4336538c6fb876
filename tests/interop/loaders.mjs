// The status of a credential, its list loaded from a server that runs by the library's own loader.
// One line of JSON in, one out. Keys and contexts are given: they are not what is asked about.
import {answer, suite} from './verify.mjs';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {documentLoader as given} from './document_loader.mjs';
import {httpClient} from '@digitalcredentials/http-client';
import jsonld from 'jsonld';
import {securityLoader} from '@digitalcredentials/security-document-loader';
import {text} from 'node:stream/consumers';

const loaders = {
  'Digital Bazaar': jsonld.documentLoaders.node(),
  'DCC, http-client': async url => ({document: (await httpClient.get(url)).data}),
  'DCC, security-document-loader': securityLoader({fetchRemoteContexts: true}).build()
};

const {credential, published} = JSON.parse(await text(process.stdin));
const said = {};
for(const [name, load] of Object.entries(loaders)) {
  const local = given(published);
  const documentLoader = url => (url.startsWith('http://localhost:') ? load : local)(url);
  const result = await checkStatus({credential, suite, documentLoader});
  said[name] = answer(result, result);
}
process.stdout.write(JSON.stringify(said));
