"""What people read: one row for each code, a sentence and what to do next.

Written for a school secretary: what it means, never how it was computed. Rows are marked
for gettext; `{name}` in a sentence is a parameter of the check or verdict. To and about
teachers the words are never of deficit.
"""

import re
from collections.abc import Callable
from datetime import datetime

from verifier.report import Answer, Check, Outcome, Params, Verdict

Translate = Callable[[str], str]
Day = Callable[[datetime], str]

_FRESH = (
    "Ask the teacher to download it again from where they got it, and check that copy. If nothing "
    "changes, ask the teacher who issued it, and then ask that organization."
)
_DO_NOT_RELY = "Do not rely on it. " + _FRESH
_ASK_SIGNER = (
    "Ask the teacher who issued it, and ask that organization, by an address you already know, "
    "whether it signed this."
)
_NEW_SIGNATURE = "Ask the teacher to get it from its issuer with a new signature."
_STILL = "Ask the issuer whether it is still in force."
_BRING = (
    "Bring the file that the issuer gave out (.json, .jwt, .png, .svg or .pdf), its link, or a "
    "clear picture of its code."
)
_AGAIN = (
    "Try again later. If it still does not work tomorrow, ask the teacher who issued it, and ask "
    "that organization."
)
_ASK_WHO = (
    "Ask the teacher which organization issued it. Call or write to that organization, by a phone "
    "number or web site that you already have, not one from this document. Ask whether the address "
    "that signed this is theirs, and whether they issued it."
)

_HIDES = ("It is written in a way that can hide parts of what was signed.", _FRESH)

WORDS: dict[str, tuple[str, str]] = {
    # the verdicts
    "authentic": ("This is exactly what the issuer signed.", ""),
    "authentic_hosted": ("This is what the issuer's own site says. Nobody signed it.", ""),
    "authentic_by_snapshot": (
        "This is exactly what the issuer signed. The issuer's site could not be asked; its key "
        "was compared with a copy kept on {retrieved}.",
        "",
    ),
    "current": ("It is in force: not past its end, and not withdrawn by the issuer.", ""),
    "not_authentic": (
        "Not looked at, because it is not shown that the issuer signed this.",
        "Do first what the first answer says.",
    ),
    "nothing_checked": ("Nothing could be checked.", _FRESH),
    "listed": ("The issuer is on the list “{list}” as {name}.", ""),
    "listed_by_copy": (
        "The issuer is on the list “{list}” as {name}, by the copy of that list kept on "
        "{retrieved}. Its keeper could not be asked since.",
        "",
    ),
    "listed_unverified": (
        "The issuer's address is the one that {source} gives for {name}. That entry of the list "
        "“{list}” was not verified by a person.",
        "Ask the district once, by an address you already know, whether it issues these.",
    ),
    "endorsed": ("Recognized because {by} ({id}), on the list “{list}”, endorses the issuer.", ""),
    "endorsed_through": (
        "Recognized because {by} ({id}), on the list “{list}”, endorses {through}, which endorses "
        "the issuer.",
        "",
    ),
    "only_endorsed": (
        "The issuer is endorsed, in a chain that leads to {by} ({id}) on the list “{list}”, but not "
        "as one that may issue credentials. That does not make it a false issuer.",
        _ASK_WHO,
    ),
    "endorsement_ended": (
        "{by}, on the list “{list}”, endorsed the issuer, but that endorsement is not in force now.",
        "Ask the body that endorsed it why.",
    ),
    "endorsement_unchecked": (
        "The issuer says that {by}, on the list “{list}”, endorses it. That could not be checked.",
        _AGAIN,
    ),
    "not_listed": (
        "The issuer is on none of the lists in use here ({list}). That does not make it a false issuer.",
        _ASK_WHO,
    ),
    "listing_ended": (
        "The issuer stood on the list “{list}” as {name}, but that listing is not in force now.",
        "Ask the keeper of the list why.",
    ),
    "no_trust_list": (
        "No list of issuers is in use here, so nobody here can say who this issuer is.",
        _ASK_WHO,
    ),
    "theirs": ("It was earned by the person you named.", ""),
    "not_theirs": (
        "The name or address you gave is not the one this was issued to.",
        "Check the spelling, or ask for the address that was used when it was issued.",
    ),
    "name_only": (
        "The name is the same. Many people share a name, so this alone shows little.",
        "Compare the e-mail address that it was issued to.",
    ),
    "no_identity_to_compare": (
        "The credential carries nothing of that kind to compare with.",
        "Ask the person to show where it was issued to them.",
    ),
    # (1) intake
    "received_json": ("Read a credential file.", ""),
    "received_jwt": ("Read a credential in its compact form.", ""),
    "received_png": (
        "Read the credential inside the badge picture; the picture proves nothing.",
        "",
    ),
    "received_svg": (
        "Read the credential inside the badge picture; the picture proves nothing.",
        "",
    ),
    "received_pdf": ("Read the credential that the certificate carries.", ""),
    "received_qr": ("Read the credential in the scanned code.", ""),
    "face_unsigned": (
        "What is printed on the page is not signed: compare it with this report.",
        "",
    ),
    "more_than_one": ("There is more than one credential in it; this is about the first.", ""),
    "pages_not_read": (
        "It has more pages than are looked at, or one that cannot be drawn: there may be more "
        "credentials in it.",
        "Bring its other pages as files of their own.",
    ),
    "too_many_in_one": (
        "There are more than {most} credentials in it; the others were not checked.",
        "Bring the others as files of their own.",
    ),
    "presentation": (
        "It came in an envelope that a wallet makes; only the credential in it was checked.",
        "",
    ),
    "presentation_jwt": (
        "It came in a presentation that somebody signed to show it (vp+jwt). That signature was not "
        "checked; only the credential in it was.",
        "",
    ),
    "envelope": (
        "It came in an envelope, which carries no signature; only the credential in it was checked.",
        "",
    ),
    "jwt_proof": (
        "It came with its JWT. What the JWT says was checked, not the text around it.",
        "",
    ),
    "jws_json": ("It came as a JWS in its JSON form; what that signs was checked.", ""),
    "envelope_not_read": (
        "It is an envelope, and what is in it is not read here: {detail}.",
        _BRING,
    ),
    "cose": (
        "It is signed with COSE, a binary form that is not read here.",
        "Ask for it in another form, or use a verifier that knows this one.",
    ),
    "too_large": ("The file is larger than {limit_mb} MB.", "Bring the credential file itself."),
    "empty": ("The file is empty.", _BRING),
    "not_recognized": ("There is no credential in it that can be read.", _BRING),
    "office_file": ("It is an office document or an archive, which carries no credential.", _BRING),
    "picture_format": (
        "It is a picture of a kind that cannot be read here.",
        "Save the picture as PNG or JPEG. " + _BRING,
    ),
    "picture_damaged": ("The picture is damaged, not whole, or far too large.", _BRING),
    "no_credential_in_picture": (
        "It is a picture without a credential in it. A screenshot or a copy loses what was inside; "
        "that does not mean that the credential is false.",
        _BRING,
    ),
    "code_of_something_else": ("The code in the picture holds something else.", _BRING),
    "code_damaged": ("The code is damaged.", "Scan it again, closer and in good light."),
    "web_page": (
        "It is a web page. There may be a credential on it, but none was found.",
        "Look on the page for “Download” or “Share”, or ask the teacher for the file.",
    ),
    "too_hard_to_read": (
        "It could not be read within the time and memory that one file is given.",
        _BRING,
    ),
    "pdf_needs_password": ("The PDF is locked with a password.", "Bring it without a password."),
    "pdf_damaged": ("The PDF is damaged, not whole, or far too complicated.", _FRESH),
    "no_credential_in_pdf": (
        "The PDF carries no credential. A printed or scanned copy loses what was attached.",
        _BRING,
    ),
    "no_credential_on_pages": (
        "The first pages of the PDF carry no credential; there are more than are looked at.",
        "Bring the page with the code, or the file that the issuer gave.",
    ),
    "link_refused": (
        "The link {url} is not opened from here: only https addresses on public sites are.",
        "Save the credential from that address, and bring the file.",
    ),
    "link_to_nothing": ("There is nothing to be had at {url}.", _FRESH),
    "link_not_shared": (
        "The credential at {url} is not given out there. That says nothing about the credential itself.",
        "Ask the holder for the file, or for another link.",
    ),
    "link_unreachable": ("The link {url} could not be opened.", _AGAIN),
    "link_to_no_credential": ("The link {url} does not lead to a credential.", _FRESH),
    # (2) parse
    "not_strict_json": (
        "The file is damaged or was changed so that two readers could read two things.",
        _FRESH,
    ),
    "not_a_jwt": ("The compact form is damaged.", _FRESH),
    "jwt_header": ("The compact form asks for what no verifier may do.", _FRESH),
    "jwt_type": (
        "Its compact form says that it is of the kind “{detail}”, which is not known here.",
        "Ask for it in another form, or use a verifier that knows this one.",
    ),
    "sd_jwt": (
        "It is an SD-JWT, a form whose holder shows parts of it. That form is not read here.",
        "Ask for it in another form, or use a verifier that knows this one.",
    ),
    "jwt_algorithm": ("It is signed in a way that is not accepted here: {detail}.", _FRESH),
    # (3) structure
    "plain_structure": ("What it shows is what was signed.", ""),
    "structure_no_context": (
        "It names no standard for its words, so it is no credential that can be read.",
        _BRING,
    ),
    "structure_inline_context": (
        "It brings its own definitions of its words, so what it says could not be read safely.",
        _FRESH,
    ),
    "structure_keyword": _HIDES,
    "structure_full_iri_key": _HIDES,
    "structure_case": (
        "Two of its parts have names that differ only in capital letters, so it is not clear which "
        "counts.",
        _FRESH,
    ),
    "structure_blank_id": _HIDES,
    "structure_list_for_one": (
        "It gives several values where one belongs, so it is not clear which counts.",
        _FRESH,
    ),
    "structure_list_in_list": _HIDES,
    "structure_unusual": _HIDES,
    "structure_in_pieces": (
        "A part of the credential stands in another place, out of sight.",
        _FRESH,
    ),
    # (4) shape
    "open_badge_3": ("It is an Open Badge 3.0.", ""),
    "shape_notes": (
        "It is an Open Badge 3.0. Some parts are not as the standard asks, which changes nothing "
        "it says: {members}.",
        "",
    ),
    "clr_2": (
        "It is a learner record (CLR 2.0). Each credential in it has a report of its own.",
        "",
    ),
    "endorsement": ("It is an endorsement of something in the credential around it.", ""),
    "not_an_endorsement": ("It is not an endorsement.", _FRESH),
    "endorsement_of_another": (
        "It endorses something that the credential around it does not name.",
        "Do not count it.",
    ),
    "inner_unreadable": ("There is nothing in it that can be read as a credential.", _FRESH),
    "too_many_inside": (
        "It holds more than {most} credentials under {member}; only the first {most} were looked at.",
        "",
    ),
    "not_an_open_badge": ("It is not an Open Badge 3.0.", "Ask for the Open Badge file."),
    "signed_no_badge": (
        "The issuer signed it, and it is not an Open Badge but: {types}. What it says is not judged "
        "here.",
        "Ask for the Open Badge file.",
    ),
    "ob2_version": ("It is an Open Badge {version}, an older kind.", ""),
    "ob2_hosted": ("The issuer's own site serves this badge.", ""),
    "ob2_no_address": (
        "It is an Open Badge {version}. It neither says where it is hosted nor is signed.",
        _FRESH,
    ),
    "ob2_hosted_unreachable": (
        "It is an Open Badge {version}, which only the issuer's site can confirm, and the site could "
        "not be asked.",
        _AGAIN,
    ),
    "ob2_linked_unreachable": (
        "It is an Open Badge {version}, and a part of it that the issuer hosts could not be had.",
        _AGAIN,
    ),
    "ob2_differs": (
        "The issuer's site says otherwise about this badge.",
        "Open that address, and rely on what the issuer's site says.",
    ),
    "ob2_copy_differs": (
        "What was handed in is a copy that differs in {members} from what the issuer's site says "
        "now. This report shows what the site says.",
        "",
    ),
    "ob2_other_site": (
        "It is not hosted where the issuer it names keeps its badges.",
        _DO_NOT_RELY,
    ),
    "ob2_policy_unreadable": (
        "The issuer's site says where its badges are kept, but in a way that cannot be read.",
        "Ask the issuer whether this one is theirs.",
    ),
    "ob2_revoked": (
        "The issuer has withdrawn it.",
        "Ask the issuer why, or the teacher for a newer one.",
    ),
    "context_missing": (
        "It does not name a version of the standard that is known here.",
        "Ask the issuer for it as an Open Badge 3.0.",
    ),
    "issuer_missing": ("It names no issuer, so nobody can tell who signed it.", _FRESH),
    "names_nobody": (
        "It names nobody as its holder.",
        "Ask the teacher how it came to them, and ask the issuer whom it was issued to.",
    ),
    "begin_missing": (
        "It does not say since when it is in force.",
        "Ask the issuer for the date, if your own rules need it.",
    ),
    "achievement_missing": (
        "It does not say what was earned.",
        "Ask the issuer what it was issued for.",
    ),
    "date_unreadable": ("A date in it cannot be read: {member}.", _FRESH),
    # (5) proof and key
    "signature_verified": ("The signature fits every word.", ""),
    "signature_verified_legacy": (
        "The signature fits every word. It is of an older kind that is going out of use.",
        "",
    ),
    "signature_verified_part": (
        "The signature fits every word. The holder chose what to show of it; what the issuer made "
        "mandatory is all here.",
        "",
    ),
    "signature_verified_whole": (
        "The signature fits every word. This is the holder's own copy, made to share parts of.",
        "",
    ),
    "not_divisible": (
        "It is written so that its parts cannot be told apart.",
        "Ask for it in another form.",
    ),
    "key_of_another_kind": (
        "The issuer's key is of another kind than the signature says.",
        _DO_NOT_RELY,
    ),
    "signature_wrong": (
        "The signature does not fit: something was changed after signing, by accident or on purpose, or "
        "the issuer did not sign it.",
        _DO_NOT_RELY,
    ),
    "no_proof": ("It is not signed.", _FRESH),
    "too_many_proofs": ("It carries more than {most} signatures.", _FRESH),
    "proof_malformed": ("The signature is damaged.", _FRESH),
    "proof_purpose": ("It was signed for another purpose.", _FRESH),
    "proof_of_another": ("Somebody else also signed it; that counts for nothing here.", ""),
    "suite_not_supported": (
        "It is signed in a way that this verifier does not know.",
        "Ask for it in another form, or use a verifier that knows this one.",
    ),
    "key_not_named": ("The signature does not say which key made it.", _ASK_SIGNER),
    "key_of_issuer": ("The key is the issuer's own.", ""),
    "key_of_another": ("It is not signed by the issuer it names.", _DO_NOT_RELY),
    "key_not_listed": ("The key is not among the issuer's published keys.", _DO_NOT_RELY),
    "key_for_other_purposes": (
        "The issuer publishes this key, but not for signing credentials.",
        _ASK_SIGNER,
    ),
    "key_not_found": (
        "The key was not found among those that the issuer's address publishes; it may "
        "publish more in places that could not be read.",
        _ASK_SIGNER,
    ),
    "key_not_in_snapshot": (
        "The key is not in the copy of the issuer's keys that was kept on {retrieved}; it "
        "may be a newer one. The issuer's site could not be asked.",
        _AGAIN,
    ),
    "issuer_lists_no_keys": (
        "The issuer's address does not say which keys are its own, so nobody can tell "
        "whether it signed this.",
        _ASK_SIGNER,
    ),
    "jwt_two_models": (
        "Its compact form mixes two versions of the standard, so two readers could read two things.",
        _FRESH,
    ),
    "key_not_supported": ("The issuer's key is of a kind not known here.", _FRESH),
    "key_date_unreadable": (
        "The issuer says that it gave up this key, but not readably when.",
        _ASK_SIGNER,
    ),
    "key_revoked_before": (
        "The issuer had withdrawn this key on {ended}, before this was signed.",
        _DO_NOT_RELY,
    ),
    "key_revoked_unsure": (
        "The issuer withdrew this key on {ended}, because it was no longer safe. Nothing shows "
        "that this was signed before.",
        _NEW_SIGNATURE,
    ),
    "key_retired_before": (
        "The issuer had retired this key on {ended}, before this was signed.",
        _DO_NOT_RELY,
    ),
    "key_retired_unsure": (
        "The issuer retired this key on {ended}, and nothing says when this was signed.",
        _NEW_SIGNATURE,
    ),
    "data_loss": ("It holds a part that no signature can cover.", _DO_NOT_RELY),
    "not_json_ld": ("It is not written as a signed credential must be.", _FRESH),
    "context_not_listed": (
        "It uses words defined at {detail}, which this verifier does not hold.",
        "Ask for the JWT form, or let whoever runs this verifier add that definition.",
    ),
    "too_complex": ("It is made so that checking it would take too long.", _FRESH),
    "claims_agree": ("Its two ways of saying who and when agree.", ""),
    "claims_missing": (
        "It leaves out claims that the standard asks for; the signed text says the same.",
        "",
    ),
    "claims_differ": ("It says two different things, so neither can be relied on.", _DO_NOT_RELY),
    "issuer_method_not_supported": (
        "The issuer's identifier is of a kind not known here: {detail}.",
        "Use a verifier that knows this kind.",
    ),
    "issuer_id_malformed": ("The issuer's identifier is not a proper one.", _FRESH),
    "issuer_unreachable": (
        "The issuer's website could not be reached, so nobody can say yet whether this is real. "
        "That is a matter of the network, not of the credential.",
        _AGAIN,
    ),
    "issuer_not_asked": (
        "The limits of this check were reached before the issuer's site could be asked.",
        "Check this credential on its own, or again in a minute.",
    ),
    "issuer_document_unreadable": ("The issuer's site does not answer with its keys.", _AGAIN),
    "issuer_document_of_another": (
        "The issuer's site answers with the keys of another.",
        "Tell the issuer; its site is set up wrongly.",
    ),
    "issuer_by_snapshot": (
        "The issuer's site was not asked or did not answer; its keys were kept on {retrieved}.",
        "",
    ),
    "resource_fits": ("The definitions at {url} are the ones that its issuer meant.", ""),
    "resource_differs": (
        "Its issuer meant other definitions than those published at {url}, so what it says cannot "
        "be relied on.",
        "Ask the issuer for it with the right definitions.",
    ),
    "resource_not_compared": (
        "Whether the definitions at {url} are the ones that its issuer meant could not be compared.",
        "Ask the issuer for it in another form.",
    ),
    # (6) dates
    "no_end_date": ("It has no end date.", ""),
    "valid_until": ("It holds until {date}.", ""),
    "expired": (
        "It ended on {date}. It was real; it is no longer in force.",
        "Ask for a renewed one, if your own rules need it.",
    ),
    "not_yet_valid": (
        "It begins on {date}.",
        "Check it again once that moment has come. If it has, the clock of this computer runs slow: "
        "check it.",
    ),
    "proof_in_dates": ("It was signed at a time that fits.", ""),
    "signing_time_unknown": ("It does not say when it was signed.", ""),
    "proof_expired": ("Its signature ended on {date}.", "Ask the issuer for a new signature."),
    "proof_from_the_future": (
        "It says that it was signed on {date}, which has not come yet.",
        "Check the clock of this computer. " + _FRESH,
    ),
    # a newer version
    "refreshed": (
        "The issuer gives out a newer version of it at {url}; this report is about that one.",
        "",
    ),
    "refresh_is_the_same": ("The issuer gives out no newer version of it.", ""),
    "refresh_not_supported": (
        "It says where a newer version may be had in a way not known here.",
        "",
    ),
    "refresh_unreachable": (
        "Whether the issuer gives out a newer version could not be asked.",
        _AGAIN,
    ),
    "refresh_without_dates": (
        "The issuer gives out a version of it at {url}. Which of the two is newer cannot be told from "
        "their dates; this report is about the one handed in.",
        "Ask the teacher which is the newer one.",
    ),
    "refresh_not_authentic": (
        "What is given out at {url} as a newer version is not shown to be the issuer's; this report "
        "is about the one handed in.",
        "",
    ),
    "refresh_of_another": (
        "What is given out at {url} is another credential; this report is about the one handed in.",
        "",
    ),
    "limits_under_another_name": (
        "Its end, or where withdrawals are listed, may stand under another name than the "
        "standard's ({member}), so it is not shown that it is still in force.",
        _STILL,
    ),
    # (7) status
    "no_status": ("The issuer keeps no list of withdrawn credentials for it.", ""),
    "not_revoked": ("The issuer has not withdrawn it.", ""),
    "not_on_revocation_list": (
        "It is not on the issuer's list of withdrawn credentials. That list is an old kind that "
        "nobody signs.",
        "",
    ),
    "no_refresh_offered": ("The issuer offers no newer version of it.", ""),
    "refresh_offered": (
        "The issuer offers a newer version of it.",
        "Ask the teacher for the newer one.",
    ),
    "status_message": (
        "The issuer's list says of it: “{message}”. What that means is yours to judge.",
        "Ask the issuer what it means.",
    ),
    "not_suspended": ("The issuer has not suspended it.", ""),
    "revoked": (
        "The issuer has withdrawn it.",
        "Ask the issuer why, or the teacher for a newer one.",
    ),
    "revoked_because": (
        "The issuer has withdrawn it, and says why: “{reason}”.",
        "Ask the teacher for a newer one.",
    ),
    "withdrawn_on": (
        "The issuer withdrew it on {date}, and says why: “{reason}”.",
        "Ask the teacher for a newer one.",
    ),
    "suspended": (
        "The issuer has suspended it for now.",
        "Ask the issuer when it will be settled.",
    ),
    "status_not_supported": ("Whether it was withdrawn is kept in a way not known here.", _STILL),
    "status_malformed": ("It does not say properly where withdrawals are listed.", _STILL),
    "status_unreachable": (
        "The issuer's website could not be reached, so it is not known whether it was withdrawn.",
        _AGAIN,
    ),
    "status_list_not_authentic": (
        "The list of withdrawn credentials is not shown to be the issuer's.",
        _STILL,
    ),
    "status_list_of_another": (
        "The list of withdrawn credentials is not the one for this credential.",
        _STILL,
    ),
    "status_list_out_of_date": (
        "The issuer's list of withdrawn credentials is too old or not yet in force.",
        _STILL,
    ),
    "status_list_unreadable": (
        "The issuer's list of withdrawn credentials cannot be read.",
        _STILL,
    ),
    # sharing less
    "limits_not_shown": (
        "Its holder chose what to show. An end date or a list of withdrawals may be among what was "
        "left out, so it is not shown that it is still in force.",
        "Ask for the whole credential, or ask the issuer whether it is still in force.",
    ),
    "end_may_be_hidden": (
        "Its holder chose what to show. It shows no end date; whether it has one cannot be told.",
        "Ask the issuer whether it has an end date, if your own rules need to know.",
    ),
    "whole_handed_in": (
        "It was meant to be shared in parts. This is the holder's own copy: it shows all, and lets "
        "whoever has it make copies. Its holder may rather give one that shows less.",
        "",
    ),
    "criteria_withheld": (
        "{shown} of {all} criteria are shown with their result; the holder did not show the others.",
        "",
    ),
    # (9) presentation
    "schema_fits": ("It is built as the schema of the standard asks.", ""),
    "schema_differs": (
        "In some parts it is not built as the schema of the standard asks, which changes nothing it says.",
        "",
    ),
    "schema_not_held": (
        "It names a schema of its own. That was not fetched, so nothing was compared with it.",
        "",
    ),
    "part_not_checked": ("It carries a part that this verifier does not judge: {member}.", ""),
    "evidence_unchanged": ("The file is the evidence “{name}”, unchanged.", ""),
    "evidence_not_this_file": (
        "The file is not among the evidence that was signed for, or it was changed since.",
        "Ask the teacher for the file as it was handed in.",
    ),
    "evidence_without_digest": (
        "The credential carries no fingerprint of its evidence, so no file can be compared.",
        "",
    ),
    # a bench of many: what a district's own policy makes of it
    "nothing_handed_in": ("Nothing was handed in.", _BRING),
    "file_missing": ("There is no file of that name.", "Look for it under another name."),
    "file_outside": (
        "Its name leads out of what was handed in, so it was not opened.",
        "Put the file beside the others.",
    ),
    "file_unreadable": ("The file cannot be read: {detail}.", "Ask for the file again."),
    "took_too_long": ("Checking it took too long and was given up.", "Check it on its own."),
    "could_not_finish": ("It could not be checked to its end.", "Check it on its own."),
    "age_unknown": ("It does not say when it was awarded.", "Ask the issuer for the date."),
    "too_old": ("It was awarded on {awarded}; your policy counts the last {days} days.", ""),
    "achievement_not_counted": (
        "It is for “{name}”, which is not among what your policy counts.",
        "",
    ),
    "level_below": (
        "In “{criterion}” it reached “{reached}”; your policy asks for “{wanted}”.",
        "",
    ),
    "level_not_shown": (
        "It shows no result in “{criterion}”; your policy asks for “{wanted}”.",
        "Ask the teacher for a copy that shows it.",
    ),
    "level_not_comparable": (
        "In “{criterion}” it reached “{reached}”, which cannot be compared with “{wanted}”.",
        "Read the rubric and decide.",
    ),
    "name_differs": (
        "It was issued to “{signed}”; the applicant is “{given}”.",
        "Ask the applicant; people change their names.",
    ),
    "name_differs_address_fits": (
        "It was issued to “{signed}”; the applicant is “{given}”. The e-mail address is the same.",
        "",
    ),
    "address_differs": (
        "It was issued to other e-mail addresses than the applicant gave.",
        "Ask the applicant for the address that was used when it was issued.",
    ),
    "owner_not_given": (
        "The table gives no name and no e-mail address here, so whose it is was not compared.",
        "Fill in the name or the address, and check again.",
    ),
    "amount_not_declared": (
        "It does not declare, once and clearly, what your policy counts ({units}).",
        "Ask the issuer; nothing is guessed.",
    ),
    "used_by_another": ("The same credential was handed in by: {who}.", "Ask both whose it is."),
    "handed_in_twice": ("It is the same credential as {source}, which was looked at.", ""),
}

ANSWERS = {Answer.YES: "yes", Answer.NO: "no", Answer.COULD_NOT_CHECK: "could not check"}
OUTCOMES = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "failed",
    Outcome.COULD_NOT_CHECK: "could not check",
    Outcome.NOT_APPLICABLE: "does not apply",
}


def N_(text: str) -> str:
    """Return `text` as it is, and have it collected for translation: for words kept in a table."""
    return text


ASKED_BEFORE = N_("The issuer's site was asked for this {age} seconds ago.")
"""Follows the sentence of what was read from an answer that was kept."""


def _day(moment: datetime) -> str:
    return moment.strftime("%B %-d, %Y")


def text(item: Check | Verdict, translate: Translate = N_, day: Day = _day) -> str:
    """Return the sentence for a check or a verdict."""
    said = (WORDS[item.code][0], *((ASKED_BEFORE,) if "age" in item.params else ()))
    return " ".join(fill(sentence, item.params, translate, day) for sentence in said)


def fill(sentence: str, params: Params, translate: Translate = N_, day: Day = _day) -> str:
    """Return a sentence with what its check or verdict names; `day` puts a date into words."""
    shown = {name: _shown(value, day) for name, value in params.items()}
    return translate(sentence).format_map(shown)


def beside(item: Check | Verdict) -> str:
    """Return what a check names for experts, which its sentence leaves out: addresses, keys."""
    said = WORDS[item.code][0] + "{age}"
    return ", ".join(str(v) for name, v in item.params.items() if f"{{{name}}}" not in said)


def next_step(item: Check | Verdict, translate: Translate = N_) -> str:
    """Return what to do next, or '' where nothing needs doing."""
    step = WORDS[item.code][1]
    return translate(step) if step else ""


_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")


def _shown(value: str | int, day: Day) -> str:
    """Dates are shown as days, each at its own offset: the second of expiry helps nobody who
    reads a report."""
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return day(datetime.fromisoformat(value))
        except ValueError:
            return value
    return str(value)
