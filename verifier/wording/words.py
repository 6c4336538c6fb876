"""What people read: one row for each code, a sentence and what to do next.

Written for a school secretary: what it means, never how it was computed. Rows are marked
for gettext; `{name}` in a sentence is a parameter of the check or verdict. To and about
teachers the words are never of deficit.
"""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Final

from verifier.parsing import web_address
from verifier.report import Answer, Check, Params, Verdict

Translate = Callable[[str], str]
Day = Callable[[datetime], str]

_FRESH = "Ask the teacher to download it again from where they got it, and check that copy. If the answer is the same, ask the teacher which organization issued it, and contact that organization."
_DO_NOT_RELY = "Do not rely on it. " + _FRESH
_ASK_SIGNER = "Ask the teacher which organization issued it. Then ask that organization whether it signed this. Use a phone number or address that you already have."
_NEW_SIGNATURE = "Ask the teacher to get a newly signed copy from the issuer."
_STILL = "Ask the issuer whether it is still in force."
_WHY = "Ask the issuer why, or the teacher whether there is a newer one."
_BRING = (
    "Get the file that the issuer gave out (.json, .jwt, .png, .svg or .pdf), its link, or a "
    "clear picture of its code."
)
_AGAIN = "Try again later. If it still does not work tomorrow, ask the teacher which organization issued it, and contact that organization."
_SOON = "Try again in a minute."
_ALONE = "Check this credential on its own, or again in a minute."
_ASK_WHO = (
    "Ask the teacher which organization issued it. Call or write to that organization, by a phone "
    "number or web site that you already have, not one from this document. Ask whether the address "
    "that signed this is theirs, and whether they issued it."
)

_FAULTY = "Ask the issuer for a copy that follows the W3C standard."
_HIDES = ("It is written in a way that can hide parts of what was signed.", _FRESH)

WORDS: dict[str, tuple[str, str]] = {
    # the verdicts
    "authentic": ("This is exactly what the issuer signed.", ""),
    "authentic_hosted": ("This is what the issuer's own website says. Nobody signed it.", ""),
    "authentic_by_snapshot": (
        "This is exactly what the issuer signed. The issuer's website could not be reached, so its key was compared with a copy saved on {retrieved}.",
        "",
    ),
    "current": (
        "It is in force: not past its end, and its issuer has published no withdrawal of it.",
        "",
    ),
    "not_authentic": (
        "Not checked, because the first answer is not yes.",
        "Start with the next step under the first answer.",
    ),
    "nothing_checked": ("Nothing could be checked.", _FRESH),
    "listed": ("The issuer is on the list “{list}” as {name}.", ""),
    "listed_by_copy": (
        "The issuer is on the list “{list}” as {name}. That comes from a copy of the list saved on {retrieved}; no newer copy could be fetched.",
        "",
    ),
    "listed_unverified": (
        "The issuer's address is the one that {source} gives for {name}. No person has confirmed that entry of the list “{list}”.",
        "Ask the district once whether it issues these credentials. Use a phone number or address that you already have.",
    ),
    "endorsed": ("Recognized because {by} ({id}), on the list “{list}”, endorses the issuer.", ""),
    "endorsed_through": (
        "Recognized because {by} ({id}), on the list “{list}”, endorses {through}, which endorses "
        "the issuer.",
        "",
    ),
    "only_endorsed": (
        "The issuer is endorsed, directly or through others, by {by} ({id}) on the list “{list}”, but not as an organization that may issue credentials. It may still be a real issuer.",
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
        "The issuer is not on any list that is used here ({list}). It may still be a real issuer.",
        _ASK_WHO,
    ),
    "listing_ended": (
        "The list “{list}” names the issuer as {name}, but that listing is not in force now.",
        "Ask the keeper of the list why.",
    ),
    "no_trust_list": (
        "This verifier has no list of issuers, so it cannot say who this issuer is.",
        _ASK_WHO,
    ),
    "own_site": (
        "{name} issued it, and this is its own site, {site}. That is what the site says of itself; no list here confirms it.",
        "Is that an address of the district you know? If yes, you may count it.",
    ),
    "theirs": ("It was earned by the person you named.", ""),
    "not_theirs": (
        "The name or address you gave is not the one this was issued to.",
        "Check the spelling, or ask for the address that was used when it was issued.",
    ),
    "name_only": (
        "The name is the same. Many people share a name, so this alone shows little.",
        "Ask for the e-mail address that was used when it was issued, and compare that as well.",
    ),
    "name_spelled_differently": (
        "The name you gave is spelled differently from the one this was issued to.",
        "It may be the same person. Look at both names, and compare the e-mail address that was "
        "used when it was issued.",
    ),
    "no_identity_to_compare": (
        "The credential holds nothing that could be compared with what you gave.",
        "Ask the person to show that it was issued to them, for example with the e-mail that announced it.",
    ),
    # (1) intake
    "received_json": ("Read a credential file.", ""),
    "received_jwt": ("Read a credential that is signed text (JWT).", ""),
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
    "more_than_one": (
        "There is more than one credential in it. This report is about the first.",
        "",
    ),
    "pages_not_read": (
        "Not every page could be read, so there may be more credentials in it.",
        "Get the other pages as separate files.",
    ),
    "too_many_in_one": (
        "There are more than {most} credentials in it; the others were not checked.",
        "Get the others as separate files.",
    ),
    "presentation": (
        "It came in an envelope that a wallet makes; only the credential in it was checked.",
        "",
    ),
    "presentation_jwt": (
        "The person who showed it added a signature (vp+jwt). That signature was not checked; only the credential was.",
        "",
    ),
    "no_presentation": ("There is no presentation in it that can be read.", _BRING),
    "presentation_unproved": (
        "Nobody proved to hold it: whoever showed it did not sign for that.",
        "Ask the person who showed it to show it with their wallet.",
    ),
    "holder_proved": (
        "The wallet that showed it signed what you asked for. It belongs to {holder}.",
        "",
    ),
    "holder_signed": (
        "The wallet that showed it signed for that. It belongs to {holder}. Nothing shows when it was signed.",
        "",
    ),
    "holder_is_subject": ("It was issued to the one who showed it.", ""),
    "holder_is_another": (
        "It does not name the one who showed it ({holder}) as the one that it was issued to.",
        "",
    ),
    "key_proved": (
        "Whoever showed it has the key that the issuer put into it, and signed what you asked for.",
        "",
    ),
    "key_signed": (
        "Whoever showed it has the key that the issuer put into it. Nothing shows when they signed.",
        "",
    ),
    "challenge_differs": (
        "The person who showed it signed something other than you asked for.",
        "Ask the person to show it again, for you and now.",
    ),
    "domain_differs": (
        "The person who showed it signed it for somebody else ({domain}).",
        "Ask the person to show it again, for you and now.",
    ),
    "envelope": (
        "It came in an envelope, which carries no signature; only the credential in it was checked.",
        "",
    ),
    "jwt_proof": (
        "It came as signed text (JWT) with a readable copy beside it. The signed text was checked, not the copy.",
        "",
    ),
    "jws_json": (
        "It came as signed text in another form (JWS in JSON). What is signed in it was checked.",
        "",
    ),
    "envelope_not_read": (
        "It is an envelope, and its content cannot be read here: {detail}.",
        _BRING,
    ),
    "cose": (
        "It is signed with COSE, a binary form that is not read here.",
        "Ask for it in another form, or use a verifier that knows this one.",
    ),
    "too_large": ("The file is larger than {limit_mb} MB.", "Get the credential file itself."),
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
    "code_of_something_else": ("The code in the picture does not hold a credential.", _BRING),
    "code_damaged": ("The code is damaged.", "Scan it again, closer and in good light."),
    "web_page": (
        "It is a web page. There may be a credential on it, but none was found.",
        "Look on the page for “Download” or “Share”, or ask the teacher for the file.",
    ),
    "too_hard_to_read": (
        "Reading it takes too much time or memory.",
        _BRING,
    ),
    "reader_busy": ("This verifier was too busy to read it.", _SOON),
    "pdf_needs_password": ("The PDF is locked with a password.", "Get it without a password."),
    "pdf_damaged": ("The PDF is damaged, not whole, or far too complicated.", _FRESH),
    "no_credential_in_pdf": (
        "The PDF carries no credential. A printed or scanned copy loses what was attached.",
        _BRING,
    ),
    "no_credential_on_pages": (
        "The first pages of the PDF carry no credential. The pages after them were not read.",
        "Get the page with the code, or the file that the issuer gave.",
    ),
    "link_refused": (
        "This verifier does not open the link {url}. It opens only https links to public websites.",
        "Save the credential from that address, and bring the file.",
    ),
    "link_to_nothing": ("There is nothing at {url}.", _FRESH),
    "link_not_shared": (
        "The credential at {url} is not shared there now. That does not mean that it is false.",
        "Ask the holder for the file, or for another link.",
    ),
    "link_unreachable": ("The link {url} could not be opened.", _AGAIN),
    "link_to_no_credential": ("The link {url} does not lead to a credential.", _FRESH),
    # (2) parse
    "not_strict_json": (
        "The file is damaged, or it can be read in two ways.",
        _FRESH,
    ),
    "text_cut_off": ("The text stops before its end, so a part of it is missing.", _FRESH),
    "not_json": (
        "Some characters of it were changed, lost or added on the way, so it cannot be read.",
        _FRESH,
    ),
    "not_a_jwt": ("The signed text (JWT) is damaged.", _FRESH),
    "jwt_header": ("The signed text (JWT) asks for something that is not safe to do.", _FRESH),
    "jwt_type": (
        "The signed text (JWT) says that it is of the kind “{detail}”, which is not known here.",
        "Ask for it in another form, or use a verifier that knows this one.",
    ),
    "sd_jwt_odd": (
        "It is a credential whose parts can be shown one by one (SD-JWT), and it breaks a rule for these ({detail}).",
        _FRESH,
    ),
    "sd_jwt": (
        "It is an SD-JWT, a form of which the holder can show parts. That form is not read here.",
        "Ask for it in another form, or use a verifier that knows this one.",
    ),
    "jwt_algorithm": ("It is signed in a way that is not accepted here: {detail}.", _FRESH),
    # (3) structure
    "plain_structure": ("What it shows is what was signed.", ""),
    "structure_no_context": (
        "It does not say which standard it follows, so it cannot be read as a credential.",
        _BRING,
    ),
    "structure_inline_context": (
        "It defines its own words, so it could not be read safely.",
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
        "Parts of the credential are in a place where a reader does not see them.",
        _FRESH,
    ),
    # (4) shape
    "open_badge_3": ("It is an Open Badge 3.0.", ""),
    "shape_notes": (
        "It is an Open Badge 3.0. Some parts do not follow the standard, but that does not change what it says: {members}.",
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
    "inside_of_another": (
        "What it holds does not show the same holder as the record itself: {names}.",
        "Check each of these by itself, and ask whom it was issued to.",
    ),
    "too_many_inside": (
        "It holds more than {most} credentials under {member}; only the first {most} were looked at.",
        "",
    ),
    "not_an_open_badge": ("It is not an Open Badge 3.0.", "Ask for the Open Badge file."),
    "signed_no_badge": (
        "The issuer signed it, but it is not an Open Badge. It is: {types}. What it says was not checked.",
        "Ask for the Open Badge file. To check it as what it is: general=True in Python, "
        "?general=true over HTTP; the page and the command do so by themselves.",
    ),
    "general_credential": (
        "It is a credential, not a badge. It calls itself: {types}.",
        "See whether your own rules count such a credential.",
    ),
    "not_a_badge": (
        "It is a credential, not a badge. Your policy counts badges only.",
        'Decide whether it counts. To count all such credentials, write into the policy: count = "any".',
    ),
    "model_context": (
        "It does not begin with the context of W3C's data model, or names one that is no address ({member}).",
        _FAULTY,
    ),
    "model_type": ("It does not say of what type it is ({member}).", _FAULTY),
    "model_id": ("The identifier in {member} is not one web address or URI.", _FAULTY),
    "model_missing": ("It lacks {member}, which every such credential must have.", _FAULTY),
    "model_empty": ("It says nothing in {member}.", _FAULTY),
    "model_object": ("What stands in {member} is not what W3C's data model allows there.", _FAULTY),
    "model_language": ("The text in {member} is not written as a text with its language.", _FAULTY),
    "model_date": ("The date in {member} cannot be read.", _FAULTY),
    "model_dates_order": ("It ends before it begins ({member}).", _FAULTY),
    "model_untyped": ("What stands in {member} does not say of what type it is.", _FAULTY),
    "model_digest": ("It names another file in {member} without its fingerprint.", _FAULTY),
    "model_twice": ("It names the same file twice ({member}).", _FAULTY),
    "ob2_version": ("It is an Open Badge {version}, an older kind.", ""),
    "ob2_part": (
        "It tells of a kind of badge, or of an issuer. It is not a badge that somebody earned.",
        _BRING,
    ),
    "ob2_hosted": ("This badge is on the issuer's own website.", ""),
    "ob2_no_address": (
        "It is an Open Badge {version}. It is not signed, and does not say where it is hosted.",
        _FRESH,
    ),
    "ob2_hosted_unreachable": (
        "It is an Open Badge {version}. Only the issuer's website can confirm it, and {site} could not be reached.",
        _AGAIN,
    ),
    "ob2_linked_unreachable": (
        "It is an Open Badge {version}. A part of it that is on the issuer's website, {site}, could not be loaded.",
        _AGAIN,
    ),
    "ob2_differs": (
        "The issuer's website says something else about this badge.",
        "Open that address, and rely on what the issuer's website says.",
    ),
    "ob2_copy_differs": (
        "The copy that was checked differs from the issuer's website in: {members}. This report shows what the website says now.",
        "",
    ),
    "ob2_other_site": (
        "It is not on the website where the issuer keeps its badges.",
        _DO_NOT_RELY,
    ),
    "ob2_policy_unreadable": (
        "The issuer's website says where its badges are, but in a way that cannot be read.",
        "Ask the issuer whether this one is theirs.",
    ),
    "ob2_revoked": (
        "The issuer has withdrawn it.",
        _WHY,
    ),
    "context_missing": (
        "It does not name a version of the standard that is known here.",
        "Ask the issuer for it as an Open Badge 3.0.",
    ),
    "issuer_missing": ("It names no issuer, so nobody can tell who signed it.", _FRESH),
    "names_nobody": (
        "It does not say who earned it.",
        "Ask the teacher where they got it, and ask the issuer who it was issued to.",
    ),
    "names_differ": (
        "It gives its holder several names, which differ.",
        "Ask the issuer which of them is the holder's.",
    ),
    "own_word": (
        "The one it is about issued it: what it says is that person's own word.",
        "Ask for a credential that somebody else issued.",
    ),
    "begin_missing": (
        "It has no start date.",
        "Ask the issuer for the date, if your own rules need it.",
    ),
    "achievement_missing": (
        "It does not say what was earned.",
        "Ask the issuer what it was issued for.",
    ),
    "date_unreadable": ("A date in it cannot be read: {member}.", _FRESH),
    # (5) proof and key
    "signature_verified": ("The signature is right. Nothing was changed after signing.", ""),
    "signature_verified_legacy": (
        "The signature is right. Nothing was changed after signing. It is of an older kind that is going out of use.",
        "",
    ),
    "signature_verified_part": (
        "The signature is right. The holder chose which parts to show. Every part that the issuer requires is here.",
        "",
    ),
    "signature_verified_whole": (
        "The signature is right. This is the holder's own copy, from which parts can be shared.",
        "",
    ),
    "not_divisible": (
        "It is written so that its parts cannot be told apart.",
        "Ask for it in another form.",
    ),
    "key_of_another_kind": (
        "The signature and the issuer's key are not of the same kind.",
        _DO_NOT_RELY,
    ),
    "signature_wrong": (
        "The signature is wrong. Something was changed after signing, by accident or on purpose, or the issuer did not sign it.",
        _DO_NOT_RELY,
    ),
    "no_proof": ("It is not signed.", _FRESH),
    "self_asserted": (
        "It is not signed by itself: it is the own word of the one who showed it.",
        "Ask for a credential that somebody else issued and signed.",
    ),
    "too_many_proofs": ("It carries more than {most} signatures.", _FRESH),
    "proof_chain_broken": (
        "One of its signatures covers another one, which is not in it.",
        _FRESH,
    ),
    "proof_malformed": ("The signature is damaged.", _FRESH),
    "proof_purpose": ("It was signed for another purpose.", _FRESH),
    "proof_of_another": ("Somebody else signed it as well. That signature was not counted.", ""),
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
    "key_without_controller": (
        "The issuer's website shows this key without saying whose it is.",
        _ASK_SIGNER,
    ),
    "key_not_found": (
        "The key is not among those that the issuer publishes at its address. There may be more in places that could not be read.",
        _ASK_SIGNER,
    ),
    "key_not_in_snapshot": (
        "The issuer's website could not be reached, and the key is not in the copy of its keys saved on {retrieved}. It may be a newer key.",
        _AGAIN,
    ),
    "issuer_lists_no_keys": (
        "The issuer does not publish its keys at its address, so nobody can tell whether it signed this.",
        _ASK_SIGNER,
    ),
    "jwt_two_models": (
        "It mixes two versions of the standard, so it can be read in two ways.",
        _FRESH,
    ),
    "key_not_supported": ("The issuer's key is of a kind not known here.", _FRESH),
    "key_date_unreadable": (
        "The issuer stopped using this key, but the date when it stopped cannot be read.",
        _ASK_SIGNER,
    ),
    "key_revoked_before": (
        "The issuer withdrew this key on {ended}, before this was signed.",
        _DO_NOT_RELY,
    ),
    "key_revoked_unsure": (
        "The issuer withdrew this key on {ended}, because it was no longer safe. Nothing shows "
        "that this was signed before.",
        _NEW_SIGNATURE,
    ),
    "key_retired_before": (
        "The issuer stopped using this key on {ended}, before this was signed.",
        _DO_NOT_RELY,
    ),
    "key_retired_unsure": (
        "The issuer stopped using this key on {ended}, and nothing says when this was signed.",
        _NEW_SIGNATURE,
    ),
    "data_loss": ("It contains a part that the signature does not cover.", _DO_NOT_RELY),
    "not_json_ld": ("It is not written the way a signed credential must be.", _FRESH),
    "context_not_listed": (
        "It uses words that are defined at {detail}. This verifier does not have that definition.",
        "Ask for it as signed text (JWT), or ask the person who runs this verifier to add that definition.",
    ),
    "too_complex": ("Checking it would take too long.", _FRESH),
    "claims_agree": ("It says who and when in two places, and both agree.", ""),
    "claims_missing": (
        "It leaves out entries that the standard asks for, but the signed text has the same information.",
        "",
    ),
    "claims_differ": (
        "It says different things in two places, so neither can be relied on.",
        _DO_NOT_RELY,
    ),
    "issuer_method_not_supported": (
        "The issuer's identifier is of a kind not known here: {detail}.",
        "Use a verifier that knows this kind.",
    ),
    "issuer_not_named": (
        "It does not name its issuer. A certificate may do so, and certificates are not looked at here.",
        "Use a verifier that looks at certificates, or ask for it in another form.",
    ),
    "issuer_id_malformed": ("The issuer's identifier is not written correctly.", _FRESH),
    "issuer_unreachable": (
        "The issuer's website, {site}, could not be reached, so nobody can say yet whether this is real. This is a network problem. It says nothing about the credential.",
        _AGAIN,
    ),
    "issuer_not_asked": (
        "This check reached its limits before it could ask the issuer's website.",
        _ALONE,
    ),
    "issuer_document_unreadable": ("The issuer's website did not give its keys.", _AGAIN),
    "issuer_document_of_another": (
        "The issuer's website gives the keys of another issuer.",
        "Tell the issuer that its website is not set up correctly.",
    ),
    "issuer_by_snapshot": (
        "The issuer's website was not asked or did not answer. A copy of its keys saved on {retrieved} was used.",
        "",
    ),
    "resource_fits": ("The definitions at {url} are the ones that the issuer used.", ""),
    "resource_differs": (
        "The issuer used other definitions than the ones published at {url}, so you cannot rely on what it says.",
        "Ask the issuer for it with the right definitions.",
    ),
    "resource_not_compared": (
        "It could not be checked whether the definitions at {url} are the ones that the issuer used.",
        "Ask the issuer for it in another form.",
    ),
    # (6) dates
    "no_end_date": ("It has no end date.", ""),
    "valid_until": ("It is in force until {date}.", ""),
    "expired": (
        "It ended on {date}. It was real; it is no longer in force.",
        "Ask for a renewed one, if your own rules need it.",
    ),
    "not_yet_valid": (
        "It begins on {date}.",
        "Check it again after that date. If that date has passed, the clock of this computer is wrong: set it.",
    ),
    "proof_in_dates": ("The date of its signature makes sense.", ""),
    "signing_time_unknown": ("It does not say when it was signed.", ""),
    "proof_expired": ("Its signature expired on {date}.", "Ask the issuer for a new signature."),
    "proof_from_the_future": (
        "It says that it was signed on {date}, which is in the future.",
        "Check the clock of this computer. " + _FRESH,
    ),
    # a newer version
    "refreshed": (
        "The issuer has a newer version at {url}. This report is about that version.",
        "",
    ),
    "refresh_is_the_same": ("The issuer has no newer version.", ""),
    "refresh_not_supported": (
        "It offers newer versions in a way that is not known here.",
        "",
    ),
    "refresh_unreachable": (
        "It could not be checked whether the issuer has a newer version.",
        _AGAIN,
    ),
    "refresh_without_dates": (
        "The issuer has another version at {url}. The dates do not show which one is newer. This report is about the one you gave.",
        "Ask the teacher which is the newer one.",
    ),
    "refresh_not_authentic": (
        "There is a newer version at {url}, but we do not know that the issuer signed it. This report is about the one you gave.",
        "",
    ),
    "refresh_of_another": (
        "The newer version at {url} is a different credential. This report is about the one you gave.",
        "",
    ),
    "limits_under_another_name": (
        "It may give its end date, or its list of withdrawals, under a name that is not the standard's ({member}). So we do not know whether it is still in force.",
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
    "no_refresh_offered": ("The issuer offers no newer version.", ""),
    "refresh_offered": (
        "The issuer offers a newer version of it.",
        "Ask the teacher for the newer one.",
    ),
    "status_message": (
        "The issuer's list says about it: “{message}”. You decide what that means.",
        "Ask the issuer what it means.",
    ),
    "not_suspended": ("The issuer has not suspended it.", ""),
    "revoked": (
        "The issuer has withdrawn it.",
        _WHY,
    ),
    "revoked_because": (
        "The issuer has withdrawn it, and says why: “{reason}”.",
        "Ask the issuer about it, or the teacher whether there is a newer one.",
    ),
    "withdrawn_on": (
        "The issuer withdrew it on {date}, and says why: “{reason}”.",
        "Ask the district about it, or the teacher whether there is a newer one.",
    ),
    "suspended": (
        "The issuer has suspended it for now.",
        "Ask the issuer when it will be settled.",
    ),
    "status_not_supported": (
        "The issuer records withdrawals in a way that is not known here.",
        _STILL,
    ),
    "status_malformed": ("It does not say clearly where withdrawals are listed.", _STILL),
    "status_unreachable": (
        "The site {site} could not be reached, so it is not known whether it was withdrawn.",
        _AGAIN,
    ),
    "status_list_not_authentic": (
        "We do not know that the list of withdrawn credentials is the issuer's.",
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
        "The holder chose what to show, and may have left out an end date or a list of withdrawals. So we do not know whether it is still in force.",
        "Ask for the whole credential, or ask the issuer whether it is still in force.",
    ),
    "end_may_be_hidden": (
        "The holder chose what to show. No end date is shown, but there may be one.",
        "Ask the issuer whether it has an end date, if your own rules need to know.",
    ),
    "whole_handed_in": (
        "This is the holder's own copy. It shows everything, and anybody who has it can make copies that show less. The holder may prefer to give you such a copy.",
        "",
    ),
    "levels_withheld": (
        "By awarding it, the issuer states that all criteria were met; the levels are not shown.",
        "",
    ),
    "criteria_withheld": (
        "{shown} of {all} criteria are shown with their result. The holder did not show the others.",
        "",
    ),
    # (9) presentation
    "schema_fits": ("It follows the schema of the standard.", ""),
    "schema_differs": (
        "Some parts do not follow the schema of the standard, but that does not change what it says.",
        "",
    ),
    "schema_not_held": (
        "It names a schema that this verifier does not have, so it was not compared with it.",
        "",
    ),
    "part_not_checked": ("It carries a part that this verifier does not judge: {member}.", ""),
    "evidence_unchanged": ("The file is the evidence “{name}”, unchanged.", ""),
    "evidence_not_this_file": (
        "The file is not part of the signed evidence, or it was changed later.",
        "Ask the teacher for the original file.",
    ),
    "evidence_without_digest": (
        "The credential carries no fingerprint of its evidence, so no file can be compared.",
        "",
    ),
    # a bench of many: what a district's own policy makes of it
    "applicant_not_named": (
        "No applicant is named for this file: no row of the table names it.",
        "Add it to the row of its applicant, and check again.",
    ),
    "nothing_handed_in": ("Nothing was handed in.", _BRING),
    "file_missing": ("There is no file of that name.", "Look for it under another name."),
    "file_outside": (
        "Its name points to a place outside this folder, so it was not opened.",
        "Put the file beside the others.",
    ),
    "file_unreadable": ("The file cannot be read: {detail}.", "Ask for the file again."),
    "took_too_long": ("Checking it took too long and was stopped.", _ALONE),
    "could_not_finish": ("The check could not be completed.", "Check it on its own."),
    "age_unknown": ("It does not say when it was awarded.", "Ask the issuer for the date."),
    "too_old": ("It was awarded on {awarded}; your policy counts the last {days} days.", ""),
    "achievement_not_counted": (
        "It is for “{name}”, which your policy does not count.",
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
        "Ask the applicant. People change their names, and write them with or without an accent.",
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
        "This row of the table has no name and no e-mail address, so it was not checked whose credential it is.",
        "Fill in the name or the address, and check again.",
    ),
    "amount_not_declared": (
        "It does not state clearly what your policy counts ({units}).",
        "Ask the issuer. This verifier does not guess.",
    ),
    "used_by_another": ("The same credential was handed in by: {who}.", "Ask both whose it is."),
    "handed_in_twice": ("It is the same credential as {source}, which was checked.", ""),
}

TRY_AGAIN: Final = frozenset(
    code for code, (_, step) in WORDS.items() if step in (_AGAIN, _SOON, _ALONE)
)
"""The codes of what nobody could check now, although another try may."""

ANSWERS = {Answer.YES: "yes", Answer.NO: "no", Answer.COULD_NOT_CHECK: "could not check"}


def N_(text: str) -> str:
    """Return `text` unchanged, and mark it for translation."""
    return text


ASKED_BEFORE = N_("The issuer's website was asked about this {age} seconds before this check.")
"""Follows the sentence of a check that used a cached response."""


def _day(moment: datetime) -> str:
    return moment.strftime("%B %-d, %Y")


def text(item: Check | Verdict, translate: Translate = N_, day: Day = _day) -> str:
    """Return the sentence for a check or a verdict."""
    sentences = (WORDS[item.code][0], *((ASKED_BEFORE,) if "age" in item.params else ()))
    return " ".join(fill(sentence, item.params, translate, day) for sentence in sentences)


def fill(sentence: str, params: Params, translate: Translate = N_, day: Day = _day) -> str:
    """Return a sentence with the parameters of a check or verdict; `day` formats a date."""
    values = {name: _shown(value, day) for name, value in params.items()}
    values.setdefault("site", _site(params))
    return translate(sentence).format_map(values)


def beside(item: Check | Verdict) -> str:
    """Return the details of a check that its sentence leaves out and experts need: addresses,
    keys."""
    sentence = WORDS[item.code][0] + "{age}"
    return ", ".join(str(v) for name, v in item.params.items() if f"{{{name}}}" not in sentence)


def next_step(item: Check | Verdict, translate: Translate = N_) -> str:
    """Return what to do next, or '' where nothing needs doing."""
    step = WORDS[item.code][1]
    return translate(step) if step else ""


def _site(params: Params) -> str:
    """Return the site of the address that a check names: what a person knows of an address."""
    address = str(params.get("url") or params.get("detail") or "").partition(": ")[0]
    return web_address.site(address)


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
