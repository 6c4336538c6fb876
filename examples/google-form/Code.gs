/**
 * Sends every answer of an approval form to a Mintmark issuer, and writes the address of the
 * credential's page, or what to correct, back into the answer's row. Set-up: see README.md.
 *
 * Messages follow Standard Webhooks 1.0.0. A row keeps one approval id for ever, so a row that
 * is sent twice, by hand or after a lost answer, still gives one credential.
 */

var COLUMNS = {
  time: 'Timestamp',
  name: 'Full name',
  email: 'E-mail',
  secondEmail: 'Second e-mail',
  achievement: 'Achievement',
  skill: 'Skill',
  goal: 'Goal',
  measuredOutcome: 'Measured outcome',
  start: 'Start',
  end: 'End',
  hours: 'Hours',
  providerNumber: 'Provider number',
  evidence: 'Evidence',
  evidenceDescription: 'Evidence description',
  evidenceLink: 'Evidence link',
  signedOff: 'Signed off by',
};
/** A grid question gives one column for each of its rows: `Levels [Student work]`. */
var LEVELS = 'Levels';
var COMMENTS = 'Comments';
/** What the script adds to the right of the answers. */
var APPROVAL_ID = 'Approval id';
var PAGE = 'Credential page';
var MESSAGE = 'Message';
var WAITING = 'Waiting: will be sent again';

/** Seconds before each repeat while somebody waits; `sendWaiting` goes on after that. */
var PAUSES = [2, 5, 10];
var MOST_ROWS_AT_ONCE = 20;

/** Runs on every submitted form: an installable trigger, because a simple one may not send. */
function onApprovalSubmit(event) {
  sendRow(event.range.getSheet(), event.range.getRow());
}

/** Runs every ten minutes: rows whose sending did not come to an end. */
function sendWaiting() {
  var sheet = answers();
  var columns = columnsOf(sheet);
  if (!columns[MESSAGE] || sheet.getLastRow() < 2) return;
  var messages = sheet.getRange(2, columns[MESSAGE], sheet.getLastRow() - 1, 1).getValues();
  messages
    .map(function (cells, index) { return cells[0] === WAITING ? index + 2 : 0; })
    .filter(Boolean)
    .slice(0, MOST_ROWS_AT_ONCE)
    .forEach(function (row) { sendRow(sheet, row); });
}

/** Adds the menu when the sheet is opened. */
function onOpen() {
  SpreadsheetApp.getUi()
    .createMenu('Mintmark')
    .addItem('Send the selected row', 'sendSelectedRow')
    .addItem('Check the connection', 'checkConnection')
    .addItem('Switch on sending', 'switchOn')
    .addToUi();
}

/** Creates the two triggers once more from nothing, so that it may be chosen any number of times. */
function switchOn() {
  ScriptApp.getProjectTriggers().forEach(function (trigger) { ScriptApp.deleteTrigger(trigger); });
  var book = SpreadsheetApp.getActive();
  ScriptApp.newTrigger('onApprovalSubmit').forSpreadsheet(book).onFormSubmit().create();
  ScriptApp.newTrigger('sendWaiting').timeBased().everyMinutes(10).create();
  checkConnection();
}

/** Sends the row of the selected cell: after a correction, for instance. */
function sendSelectedRow() {
  var cell = SpreadsheetApp.getActive().getActiveRange();
  if (cell.getRow() > 1) sendRow(cell.getSheet(), cell.getRow());
}

/** Says whether address, secret and clock are right. Nothing is stored by it. */
function checkConnection() {
  var now = new Date().toISOString();
  var body = JSON.stringify({ type: 'mintmark.check', timestamp: now, data: {} });
  var answer = post(body, 'check_' + Utilities.getUuid());
  var fine = 'Connected: the address, the secret and the clock are right.';
  SpreadsheetApp.getUi().alert(answer.status === 204 ? fine : inWords(answer));
}

/** Sends one row and writes the outcome into it. */
function sendRow(sheet, row) {
  var columns = addOwnColumns(sheet);
  var idCell = sheet.getRange(row, columns[APPROVAL_ID]);
  if (!idCell.getValue()) idCell.setValue('form-' + Utilities.getUuid());
  sheet.getRange(row, columns[MESSAGE]).setValue(WAITING);
  // The id must be in the sheet before anything leaves: a repeat has to find the same one.
  SpreadsheetApp.flush();

  var body = JSON.stringify(approvalOf(sheet, row, columns));
  var answer = post(body, 'evt_' + idCell.getValue());
  for (var i = 0; i < PAUSES.length && isWorthRepeating(answer); i++) {
    Utilities.sleep(PAUSES[i] * 1000);
    answer = post(body, 'evt_' + idCell.getValue());
  }
  var issued = answer.status === 200 || answer.status === 201;
  if (issued) sheet.getRange(row, columns[PAGE]).setValue(answer.said.page);
  sheet.getRange(row, columns[MESSAGE]).setValue(issued ? 'Issued' : inWords(answer));
}

function isWorthRepeating(answer) {
  return [0, 202, 408, 429].indexOf(answer.status) >= 0 || answer.status >= 500;
}

/** Posts `body` once, signed with the present time. Status 0 means that nobody answered. */
function post(body, eventId) {
  var settings = PropertiesService.getScriptProperties();
  var bytes = Utilities.newBlob(body).getBytes();
  var timestamp = String(Math.floor(Date.now() / 1000));
  var request = {
    method: 'post',
    contentType: 'application/json',
    payload: bytes,
    headers: {
      'Accept': 'application/json',
      'webhook-id': eventId,
      'webhook-timestamp': timestamp,
      'webhook-signature': sign(settings.getProperty('MINTMARK_SECRET'), eventId, timestamp, bytes),
    },
    followRedirects: false,
    muteHttpExceptions: true,
  };
  try {
    var response = UrlFetchApp.fetch(settings.getProperty('MINTMARK_URL'), request);
    return { status: response.getResponseCode(), said: parse(response.getContentText()) };
  } catch (error) {
    return { status: 0, said: {} };
  }
}

/** The `v1` signature: HMAC-SHA256 over `id.timestamp.body`, keyed with the secret's bytes. */
function sign(secret, eventId, timestamp, bytes) {
  var key = Utilities.base64Decode(String(secret).trim().replace(/^whsec_/, ''));
  var content = Utilities.newBlob(eventId + '.' + timestamp + '.').getBytes().concat(bytes);
  return 'v1,' + Utilities.base64Encode(Utilities.computeHmacSha256Signature(content, key));
}

function parse(text) {
  try {
    return JSON.parse(text) || {};
  } catch (error) {
    return {};
  }
}

/** What the row's last column says about an answer that brought no credential. */
function inWords(answer) {
  if (isWorthRepeating(answer)) return WAITING;
  if (answer.status === 401) {
    return 'Not accepted: compare MINTMARK_SECRET with the one the issuer gave you'
      + ' (' + answer.said.reason + ').';
  }
  var errors = (answer.said.errors || []).map(function (error) {
    return error.field + ' ' + error.detail + ': ' + error.remedy;
  });
  if (errors.length) return 'Please correct: ' + errors.join('; ');
  return (answer.said.title || 'No issuer at MINTMARK_URL') + ' (' + answer.status + '). '
    + (answer.said.remedy || 'Compare the address with the one you were given.');
}

/** The event for one row. What a row leaves empty is left out, never guessed. */
function approvalOf(sheet, row, columns) {
  var cells = sheet.getRange(row, 1, 1, sheet.getLastColumn()).getValues()[0];
  var zone = sheet.getParent().getSpreadsheetTimeZone();
  var text = function (header) { return columns[header] ? clean(cells[columns[header] - 1]) : ''; };
  var day = function (header) {
    var value = columns[header] ? cells[columns[header] - 1] : '';
    return isDate(value) ? Utilities.formatDate(value, zone, 'yyyy-MM-dd') : clean(value);
  };
  var submitted = cells[columns[COLUMNS.time] - 1];
  var at = isDate(submitted) ? submitted.toISOString() : clean(submitted);
  var roles = text(COLUMNS.signedOff).split(',').map(clean).filter(Boolean);
  var hours = text(COLUMNS.hours);
  var evidence = present({
    name: text(COLUMNS.evidence),
    description: text(COLUMNS.evidenceDescription),
    url: text(COLUMNS.evidenceLink),
  });
  var data = present({
    approval_id: text(APPROVAL_ID),
    achievement: { id: idOf(text(COLUMNS.achievement)) },
    recipient: {
      name: text(COLUMNS.name),
      emails: [text(COLUMNS.email), text(COLUMNS.secondEmail)].filter(Boolean),
    },
    narrative: present({
      skill: text(COLUMNS.skill),
      goal: text(COLUMNS.goal),
      measured_outcome: text(COLUMNS.measuredOutcome),
    }),
    activity: present({ start: day(COLUMNS.start), end: day(COLUMNS.end) }),
    credits: hours ? [{ value: Number(hours), unit: 'hours' }] : [],
    provider_number: text(COLUMNS.providerNumber),
    comments: grid(COMMENTS, columns, text, clean),
    evidence: Object.keys(evidence).length ? [evidence] : [],
    approvals: roles.map(function (role) { return { role: role, at: at }; }),
    approved_at: at,
  });
  // Always sent, also empty, so that the issuer can name each criterion that has no level yet.
  data.levels = grid(LEVELS, columns, text, idOf);
  return { type: 'micro_credential.approved', timestamp: at, data: data };
}

/** The answers of a grid question, by the id of each of its rows. */
function grid(question, columns, text, read) {
  var found = {};
  Object.keys(columns).forEach(function (header) {
    var match = header.match(/^(.*?)\s*\[(.*)\]$/);
    if (match && match[1] === question && text(header)) found[idOf(match[2])] = read(text(header));
  });
  return found;
}

/** `Student work (student-work)` and `Student work` both give `student-work`. */
function idOf(text) {
  var match = text.match(/\(([a-z0-9-]+)\)$/);
  if (match) return match[1];
  return text.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '');
}

/** Text without the control characters that a copy from a word processor can bring along. */
function clean(value) {
  return String(value).replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ').trim();
}

function isDate(value) {
  return Object.prototype.toString.call(value) === '[object Date]';
}

/** `object` without members that are empty. */
function present(object) {
  var kept = {};
  Object.keys(object).forEach(function (key) {
    var value = object[key];
    var size = typeof value === 'object' ? Object.keys(value).length : String(value).length;
    if (size) kept[key] = value;
  });
  return kept;
}

function answers() {
  var sheets = SpreadsheetApp.getActive().getSheets();
  return sheets.filter(function (sheet) { return columnsOf(sheet)[COLUMNS.achievement]; })[0];
}

/** Column numbers by header, counted from one. */
function columnsOf(sheet) {
  var columns = {};
  if (!sheet.getLastColumn()) return columns;
  sheet.getRange(1, 1, 1, sheet.getLastColumn()).getValues()[0].forEach(function (header, index) {
    columns[clean(header)] = index + 1;
  });
  return columns;
}

function addOwnColumns(sheet) {
  [APPROVAL_ID, PAGE, MESSAGE].forEach(function (header) {
    if (columnsOf(sheet)[header]) return;
    sheet.getRange(1, sheet.getLastColumn() + 1).setValue(header);
  });
  return columnsOf(sheet);
}
