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
  revision: 'Revision',
  reason: 'Reason of the correction',
};
var TEXTS = [
  COLUMNS.name, COLUMNS.email, COLUMNS.achievement, COLUMNS.skill, COLUMNS.goal,
  COLUMNS.measuredOutcome,
];
/** A grid question gives one column for each of its rows: `Levels [Student work]`. */
var LEVELS = 'Levels';
var COMMENTS = 'Comments';
/** What the script adds to the right of the answers. */
var APPROVAL_ID = 'Approval id';
var PAGE = 'Credential page';
var MESSAGE = 'Message';
var WAITING = 'Waiting: will be sent again';

var TOO_LATE = 'This revision was corrected before: write the next number under Revision.';

/** The holder's own address: only where the issuer sends no mail, so that it reaches the teacher. */
var HOLDER_LINK = 'Link for the teacher alone';
var TWICE = 'Please correct: this approval id stands in two rows. Delete it in the newer one, and send'
  + ' that row again.';

/** Seconds before each repeat while somebody waits; `sendWaiting` goes on after that. */
var PAUSES = [2, 5, 10];
var MOST_ROWS_AT_ONCE = 20;
var LOCK_MILLISECONDS = 30000;

/** Runs on every submitted form: an installable trigger, because a simple one may not send. */
function onApprovalSubmit(event) {
  var sheet = event.range.getSheet();
  var id = locked(function () {
    var row = submittedRow(sheet, event);
    return row && claim(sheet, row);
  });
  if (id) sendById(sheet, id);
}

/** Runs every ten minutes: rows whose sending did not come to an end. */
function sendWaiting() {
  var sheet = answers();
  var table = read(sheet);
  table.rows
    .filter(function (cells) { return cellOf(table, cells, MESSAGE) === WAITING; })
    .slice(0, MOST_ROWS_AT_ONCE)
    .map(function (cells) { return String(cellOf(table, cells, APPROVAL_ID)); })
    .filter(Boolean)
    .forEach(function (id) { sendById(sheet, id); });
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
  var sheet = cell.getSheet();
  if (cell.getRow() < 2) return;
  sendById(sheet, locked(function () { return claim(sheet, cell.getRow()); }));
}

/** Says whether address, secret and clock are right. Nothing is stored by it. */
function checkConnection() {
  var now = new Date().toISOString();
  var body = JSON.stringify({ type: 'mintmark.check', timestamp: now, data: {} });
  var answer = post(body, 'check_' + Utilities.getUuid());
  var fine = 'Connected: the address, the secret and the clock are right.';
  SpreadsheetApp.getUi().alert(answer.status === 204 ? fine : inWords(answer));
}

/**
 * The row of a submitted form. The sheet may have been sorted since, and its place taken by
 * another teacher's: then it is the row without an approval id that holds these answers. 0 for one
 * that is gone.
 */
function submittedRow(sheet, event) {
  var given = event.namedValues || {};
  var said = function (header) { return clean((given[header] || [''])[0]); };
  var table = read(sheet);
  var place = event.range.getRow();
  var isIt = function (cells) {
    return cells && !cellOf(table, cells, APPROVAL_ID) && TEXTS.every(function (header) {
      var cell = cellOf(table, cells, header);
      return typeof cell !== 'string' || clean(cell) === said(header);
    });
  };
  if (!said(COLUMNS.name) || !said(COLUMNS.email) || isIt(table.rows[place - 2])) return place;
  var found = table.rows.findIndex(isIt);
  if (found >= 0) return found + 2;
  return table.rows[place - 2] ? place : 0;
}

/** Gives a row its approval id, once, and marks it as waiting. Returns the id. */
function claim(sheet, row) {
  var cell = sheet.getRange(row, columnFor(sheet, APPROVAL_ID));
  if (!cell.getValue()) cell.setValue('form-' + Utilities.getUuid());
  columnFor(sheet, PAGE);
  sheet.getRange(row, columnFor(sheet, MESSAGE)).setValue(WAITING);
  return String(cell.getValue());
}

/** Sends the row that has an approval id, and writes the outcome into the row that has it then. */
function sendById(sheet, id) {
  var approval = approvalOf(read(sheet), id, sheet.getParent().getSpreadsheetTimeZone());
  if (approval.wrong) return record(sheet, id, MESSAGE, approval.wrong);
  var body = JSON.stringify(approval.event);
  var revision = approval.event.data.revision;
  var eventId = 'evt_' + id + (revision ? '-' + revision : '');
  var answer = post(body, eventId);
  for (var i = 0; i < PAUSES.length && isWorthRepeating(answer); i++) {
    Utilities.sleep(PAUSES[i] * 1000);
    answer = post(body, eventId);
  }
  if (answer.status !== 200 && answer.status !== 201) {
    return record(sheet, id, MESSAGE, inWords(answer));
  }
  record(sheet, id, PAGE, answer.said.page);
  if (answer.said.mailed === false) record(sheet, id, HOLDER_LINK, answer.said.manage_url);
  record(sheet, id, MESSAGE, answer.said.superseded_by ? TOO_LATE : 'Issued');
}

/** Writes under a header into the row of an approval id, wherever that row stands by now. */
function record(sheet, id, header, value) {
  locked(function () {
    var column = columnFor(sheet, header);
    var message = columnFor(sheet, MESSAGE);
    var rows = rowsOf(read(sheet), id);
    if (rows.length === 1) sheet.getRange(rows[0], column).setValue(value);
    else rows.forEach(function (row) { sheet.getRange(row, message).setValue(TWICE); });
  });
}

/** Runs `change` while no other run of this script writes, and has it in the sheet at the end. */
function locked(change) {
  var lock = LockService.getDocumentLock();
  lock.waitLock(LOCK_MILLISECONDS);
  try {
    var found = change();
    // The id must be in the sheet before anything leaves: a repeat has to find the same one.
    SpreadsheetApp.flush();
    return found;
  } finally {
    lock.releaseLock();
  }
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

/**
 * The event for the row with an approval id, or in `wrong` what to correct in it first. What a row
 * leaves empty is left out, never guessed.
 */
function approvalOf(table, id, zone) {
  var rows = rowsOf(table, id);
  if (rows.length !== 1) return { wrong: TWICE };
  var cells = table.rows[rows[0] - 2];
  var wrong = [];
  var text = function (header) {
    var value = cellOf(table, cells, header);
    // The sheet makes 48123 of 0048123 and a date of 3-4: what was typed is lost.
    if (typeof value !== 'string') wrong.push(header);
    return clean(value);
  };
  var level = function (header) {
    var value = cellOf(table, cells, header);
    return typeof value === 'number' ? String(value) : text(header);
  };
  var time = function (header, format) {
    var value = cellOf(table, cells, header);
    return isDate(value) ? Utilities.formatDate(value, zone, format) : text(header);
  };
  var at = time(COLUMNS.time, "yyyy-MM-dd'T'HH:mm:ssXXX");
  var roles = text(COLUMNS.signedOff).split(',').map(clean).filter(Boolean);
  var hours = cellOf(table, cells, COLUMNS.hours);
  if (typeof hours !== 'number') hours = text(COLUMNS.hours);
  if (/^\d+(\.\d+)?$/.test(hours)) hours = Number(hours);
  var evidence = present({
    name: text(COLUMNS.evidence),
    description: text(COLUMNS.evidenceDescription),
    url: text(COLUMNS.evidenceLink),
  });
  var data = present({
    approval_id: id,
    revision: whole(cellOf(table, cells, COLUMNS.revision)),
    reason: text(COLUMNS.reason),
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
    activity: present({
      start: time(COLUMNS.start, 'yyyy-MM-dd'),
      end: time(COLUMNS.end, 'yyyy-MM-dd'),
    }),
    credits: hours === '' ? [] : [{ value: hours, unit: 'hours' }],
    provider_number: text(COLUMNS.providerNumber),
    comments: grid(COMMENTS, table.columns, text, clean),
    evidence: Object.keys(evidence).length ? [evidence] : [],
    approvals: roles.map(function (role) { return { role: role, at: at }; }),
    approved_at: at,
  });
  // Always sent, also empty, so that the issuer can name each criterion that has no level yet.
  data.levels = grid(LEVELS, table.columns, level, idOf);
  if (wrong.length) return { wrong: changedBySheet(wrong) };
  return { event: { type: 'micro_credential.approved', timestamp: at, data: data } };
}

function changedBySheet(headers) {
  var columns = headers.filter(function (header, index) { return headers.indexOf(header) === index; });
  return 'Please correct: the sheet has made a number or a date of what was typed under '
    + columns.join(', ') + '. Choose Format → Number → Plain text for that column, then type it again.';
}

/** A whole number where one stands, as a number or as text; anything else as it is. */
function whole(value) {
  return typeof value === 'string' && /^\d+$/.test(clean(value)) ? Number(clean(value)) : value;
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
  return sheets.filter(function (sheet) { return read(sheet).columns[COLUMNS.achievement]; })[0];
}

/** All cells as they are at one moment: column numbers by header, and the rows below. */
function read(sheet) {
  if (!sheet.getLastColumn()) return { columns: {}, rows: [] };
  var cells = sheet.getRange(1, 1, sheet.getLastRow(), sheet.getLastColumn()).getValues();
  var columns = {};
  cells[0].forEach(function (header, index) { columns[clean(header)] = index + 1; });
  return { columns: columns, rows: cells.slice(1) };
}

/** What a row has under a header; an empty text where there is no such column. */
function cellOf(table, cells, header) {
  return table.columns[header] ? cells[table.columns[header] - 1] : '';
}

/** The numbers of the rows that have an approval id. */
function rowsOf(table, id) {
  return table.rows
    .map(function (cells, index) {
      return String(cellOf(table, cells, APPROVAL_ID)) === id ? index + 2 : 0;
    })
    .filter(Boolean);
}

/** The number of the column with a header, which is added where it is missing. */
function columnFor(sheet, header) {
  var column = read(sheet).columns[header];
  if (column) return column;
  sheet.getRange(1, sheet.getLastColumn() + 1).setValue(header);
  return read(sheet).columns[header];
}
