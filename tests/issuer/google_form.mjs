// Runs examples/google-form/Code.gs against a real server. Only Google's own services are
// written anew here, as their documentation describes them: bytes are signed, a request is
// synchronous, and what is not flushed may be lost.
import { execFileSync } from 'node:child_process';
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import vm from 'node:vm';

const scene = JSON.parse(readFileSync(0, 'utf8'));
const seen = { requests: [], sleeps: [], alerts: [], triggers: [] };

const toBytes = (buffer) => [...new Int8Array(buffer)];
const toBuffer = (bytes) => {
  if (!bytes.every((byte) => Number.isInteger(byte) && byte >= -128 && byte <= 127)) {
    throw new TypeError('Byte[] holds a value that is no signed byte');
  }
  return Buffer.from(Int8Array.from(bytes).buffer);
};

const Utilities = {
  newBlob: (text) => ({ getBytes: () => toBytes(Buffer.from(text, 'utf8')) }),
  base64Decode: (text) => toBytes(Buffer.from(text, 'base64')),
  base64Encode: (bytes) => toBuffer(bytes).toString('base64'),
  computeHmacSha256Signature: (value, key) =>
    toBytes(createHmac('sha256', toBuffer(key)).update(toBuffer(value)).digest()),
  getUuid: () => randomUUID(),
  sleep: (milliseconds) => {
    seen.sleeps.push(milliseconds);
    meanwhile();
  },
  formatDate: (date, timeZone, format) => {
    const day = new Intl.DateTimeFormat('en-CA', { timeZone }).format(date);
    if (format === 'yyyy-MM-dd') return day;
    if (format !== "yyyy-MM-dd'T'HH:mm:ssXXX") throw new RangeError(format);
    const clock = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' }).format(date);
    const named = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' });
    const offset = named.formatToParts(date).find((part) => part.type === 'timeZoneName').value;
    return `${day}T${clock}${offset.replace('GMT', '') || 'Z'}`;
  },
};

// A lock keeps other runs of the script out; nobody may wait for the network while he holds it.
let holder = false;
const LockService = {
  getDocumentLock: () => ({
    waitLock: () => {
      if (holder) throw new Error('locked twice');
      holder = true;
    },
    releaseLock: () => { holder = false; },
  }),
};
// What people do to the sheet while the script waits.
const meanwhile = () => {
  if (holder) throw new Error('waits while it holds the lock');
  if (scene.meanwhile === 'sorted') cells.splice(1, cells.length, ...cells.slice(1).reverse());
  if (scene.meanwhile === 'deleted') cells.splice(1, 1);
};

// One HTTP request in a process of its own, because UrlFetchApp answers synchronously.
const REQUEST = `
  const { url, method, headers, body } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
  const request = require('http').request(url, { method, headers }, (response) => {
    const parts = [];
    response.on('data', (part) => parts.push(part));
    response.on('end', () => process.stdout.write(JSON.stringify({
      status: response.statusCode, text: Buffer.concat(parts).toString('utf8'),
    })));
  });
  request.on('error', () => process.exit(7));
  request.end(Buffer.from(body, 'base64'));
`;

const UrlFetchApp = {
  fetch(url, { method, contentType, payload, headers, followRedirects, muteHttpExceptions, ...rest }) {
    if (Object.keys(rest).length) throw new TypeError(`unknown option ${Object.keys(rest)}`);
    if (followRedirects !== false) throw new TypeError('a redirect would be followed');
    meanwhile();
    seen.requests.push({ flushed: structuredClone(flushed), id: headers['webhook-id'] });
    const body = toBuffer(payload).toString('base64');
    const options = { url, method, body, headers: { ...headers, 'Content-Type': contentType } };
    let answer;
    try {
      const input = JSON.stringify(options);
      answer = JSON.parse(execFileSync(process.execPath, ['-e', REQUEST], { input }));
    } catch {
      throw new Error('Address unavailable');
    }
    if (answer.status >= 400 && !muteHttpExceptions) throw new Error('Request failed');
    return { getResponseCode: () => answer.status, getContentText: () => answer.text };
  },
};

// A date has to be one of the script's own realm, as a spreadsheet's are.
const context = vm.createContext({});
const revive = (cell) => (cell?.date ? vm.runInContext(`new Date('${cell.date}')`, context) : cell);
const cells = scene.cells.map((row) => row.map(revive));
let flushed = null;

const range = (row, column, rows = 1, columns = 1) => ({
  getRow: () => row,
  getSheet: () => sheet,
  getValue: () => cells[row - 1]?.[column - 1] ?? '',
  getValues: () => Array.from({ length: rows }, (_, down) =>
    Array.from({ length: columns }, (_, right) => cells[row - 1 + down]?.[column - 1 + right] ?? '')),
  setValue: (value) => {
    if (!holder) throw new Error('writes without the lock');
    (cells[row - 1] ??= [])[column - 1] = value;
  },
});
const sheet = {
  getRange: range,
  getLastRow: () => cells.length,
  getLastColumn: () => Math.max(...cells.map((row) => row.length)),
  getParent: () => ({ getSpreadsheetTimeZone: () => 'America/Chicago' }),
};
const book = {
  getSheets: () => [sheet],
  getActiveRange: () => range(scene.selected ?? 2, 1),
};
const chain = (record) => new Proxy({}, {
  get: (_, name) => (...values) => { record.push([name, ...values.filter((v) => v !== book)]); return chain(record); },
});
const SpreadsheetApp = {
  getActive: () => book,
  flush: () => { flushed = structuredClone(cells); },
  getUi: () => ({ alert: (text) => seen.alerts.push(text), createMenu: () => chain([]) }),
};
const ScriptApp = {
  getProjectTriggers: () => ['an older one'],
  deleteTrigger: (trigger) => seen.triggers.push(['deleted', trigger]),
  newTrigger: (name) => { seen.triggers.push(['new', name]); return chain(seen.triggers); },
};
const PropertiesService = {
  getScriptProperties: () => ({ getProperty: (name) => scene.properties[name] ?? null }),
};

Object.assign(context, {
  LockService, Utilities, UrlFetchApp, SpreadsheetApp, ScriptApp, PropertiesService,
});
vm.runInContext(readFileSync(scene.script, 'utf8'), context);
for (const [name, row] of scene.calls) {
  const { namedValues } = scene;
  context[name](row ? { range: range(row, 1), namedValues } : undefined);
}
const isDate = (cell) => Object.prototype.toString.call(cell) === '[object Date]';
const left = cells.map((row) =>
  Array.from(row, (cell) => (isDate(cell) ? { date: cell.toISOString() } : cell ?? '')));
console.log(JSON.stringify({ ...seen, cells: left }));
