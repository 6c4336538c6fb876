"""A mail as it is written: plain text that says all, HTML that asks for nothing, safe headers."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import letters
import mail_sink
import pytest
from letters import ROW, html_of, written

from issuer.drawing import images, logo
from issuer.outbox import mail
from issuer.outbox.kinds import DeliveryError
from issuer.outbox.letter import compose


@pytest.fixture
def sending(settings):
    return letters.sending(settings)


@pytest.fixture
def letter():
    return letters.letter("mail/issued.html")


class _Words(HTMLParser):
    """What a reader of the HTML reads, and what its elements name."""

    def __init__(self, text):
        super().__init__()
        self.words, self.names, self.images = [], [], []
        self._hidden = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._hidden = tag in ("style", "title")
        attributes = dict(attrs)
        self.names += [
            attributes[name] for name in ("href", "src", "background") if name in attributes
        ]
        if tag == "img":
            self.images.append(attributes)

    def handle_data(self, data):
        if not self._hidden and data.strip():
            self.words.append(" ".join(data.split()))

    def handle_endtag(self, tag):
        self._hidden = False


IN_EACH = pytest.mark.parametrize("language", ["en", "es"])
OF_EACH = pytest.mark.parametrize("kind", letters.KINDS)


def test_it_is_text_and_html_with_the_pictures_inside(letter, sending):
    """RFC 2046, 5.1.4, and RFC 2387: the best form last, and its pictures with it."""
    message = written(letter, sending)
    assert message.get_content_type() == "multipart/alternative"
    plain, related = message.iter_parts()
    assert (plain.get_content_type(), related.get_content_type()) == (
        "text/plain",
        "multipart/related",
    )
    html, *pictures = related.iter_parts()
    assert html.get_content_type() == "text/html"
    assert [part.get_content_type() for part in pictures] == ["image/png", "image/png"]
    assert [part.defects for part in message.walk() if part.defects] == []


@OF_EACH
def test_no_picture_is_fetched_and_each_that_is_named_is_there(sending, kind):
    """RFC 2392; a picture from elsewhere would tell who reads a mail, and when."""
    message = written(letters.letter(kind), sending)
    read = _Words(html_of(message))
    sources = [image["src"] for image in read.images]
    assert {source.partition(":")[0] for source in sources} == {"cid"}
    inside = [part["Content-ID"] for part in message.walk() if part["Content-ID"]]
    assert sorted(f"<{source[4:]}>" for source in sources) == sorted(inside)
    assert not re.search(r"url\(|@import|<link|<script|background=", html_of(message))
    ours = ("https://badges.example/", "cid:", "mailto:pat@", sending.public_url)
    assert [name for name in read.names if not name.startswith(ours)] == []


@OF_EACH
def test_pictures_are_small_and_say_what_they_are(sending, kind):
    message = written(letters.letter(kind), sending)
    images = _Words(html_of(message)).images
    assert [image["alt"] for image in images] in ([""], ["", "Badge: Rhythms & <rests>"])
    assert all(image["width"] and image["height"] for image in images)
    assert len(message.as_bytes()) < 100_000


@OF_EACH
def test_what_outlook_and_gmail_drop_is_not_needed(sending, kind):
    """Outlook draws with Word, which knows no flex and takes colors and widths from attributes;
    Gmail cuts a mail off at 102 KB, and may take out every `style` element."""
    html = html_of(written(letters.letter(kind), sending))
    tags = re.findall(r"<(\w+)([^>]*)>", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL))
    assert not [style for _, style in tags if re.search(r"flex|grid|float:|position:", style)]
    assert {'role="presentation"' in about for tag, about in tags if tag == "table"} == {True}
    colored = [about for tag, about in tags if tag in ("table", "td") and "background:" in about]
    assert [about for about in colored if "bgcolor=" not in about] == []
    assert [about for tag, about in tags if tag == "a" and "color:" not in about] == []
    assert len(re.findall(r"<!--\[if mso]><table [^>]*width=\"600\"", html)) == 1
    assert len(html.encode()) < 102 * 1024


@IN_EACH
@OF_EACH
def test_the_plain_text_says_everything_that_the_html_says(sending, kind, language):
    message = written(letters.letter(kind, language), sending)
    text = " ".join(message.get_body(("plain",)).get_content().split())
    read = _Words(html_of(message))
    missing = [words for words in read.words if words not in text]
    assert [words for words in missing if words != message["Subject"]] == []
    assert [name for name in read.names if name.startswith("https:") and name not in text] == []
    assert "&amp;" not in text


@OF_EACH
def test_every_sentence_is_in_the_language_of_its_reader(sending, kind):
    english, spanish = (
        set(_Words(html_of(written(letters.letter(kind, code), sending))).words)
        for code in ("en", "es")
    )
    both = {words for words in english & spanish if " " in words}
    theirs = {"Prairie Example District", *letters.WORDS.values()}
    assert {words for words in both - theirs if not words.startswith("what ")} == set()


def test_what_others_wrote_is_no_markup(letter, sending):
    """T29."""
    hostile = "<img src=x onerror=alert(1)>{{ 7*7 }}"
    words = {**letter.words, "name": hostile, "achievement": hostile}
    html = html_of(written(replace(letter, words=words), sending))
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;{{ 7*7 }}" in html


HOSTILE = ["Jordan\r\nBcc: all@x.example", "Jordan\nSubject: other", "\rX-Header: 1", "A\n\nB"]


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("place", ["name", "achievement"])
def test_no_name_begins_a_header_of_its_own(letter, sending, words, place):
    """T29: what others wrote stands in Subject and To."""
    hostile_words = {**letter.words, place: words}
    hostile = replace(letter, words=hostile_words, name=hostile_words["name"])
    with pytest.raises(DeliveryError) as refused:
        compose(hostile, "jordan@school.example", ROW, sending)
    assert refused.value.for_good


@pytest.mark.parametrize(
    "name",
    [
        "Jordan Example, M.Ed.",
        "María José Ñuñez",
        'Jo "Dancer" Example',
        "Jordan <jo@elsewhere.example>",
        "王小明",
        "",
        "J" * 200,
    ],
)
def test_a_name_of_any_kind_stands_in_the_to_line(letter, sending, name):
    """RFC 5322, 3.4, and RFC 2047: one recipient, and the name as it was written."""
    (to,) = written(replace(letter, name=name), sending)["To"].addresses
    assert (to.display_name, to.addr_spec) == (name, "jordan@school.example")


def test_the_head_says_who_asks_for_an_answer_and_that_none_is_due(letter, sending):
    """RFC 3834, 5; and no List- header (RFC 2369): nobody is on a list that could be left."""
    message = written(letter, sending)
    assert message["Message-ID"] == ROW.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Reply-To"] == "Pat Example <pat@prairie.example>"
    assert message["Content-Language"] == "en"
    assert message["MIME-Version"] == "1.0"
    assert [name for name in message if name.lower().startswith("list-")] == []


def test_each_try_is_the_same_mail(letter, sending):
    first, second = (compose(letter, "jordan@school.example", ROW, sending) for _ in range(2))
    assert [*first.items()][:-1] == [*second.items()][:-1]  # but for the boundary of its parts
    bodies = [
        [part.get_content() for part in mail.walk() if not part.is_multipart()]
        for mail in (first, second)
    ]
    assert bodies[0] == bodies[1]


def test_without_logo_and_contact_there_is_no_gap(letter, sending):
    bare = replace(sending, issuer_logo=None, issuer_contact=None)
    message = written(replace(letter, pictures=letter.pictures), bare)
    assert message["Reply-To"] is None
    assert "Questions" not in html_of(message)
    assert len(_Words(html_of(message)).images) == 1


@pytest.mark.parametrize("language", ["en", "es"])
def test_it_says_in_which_language_it_is(letter, sending, language):
    """WCAG 2.2, 3.1.1."""
    html = html_of(written(replace(letter, language=language), sending))
    assert f'<html lang="{language}">' in html
    assert ("Hola" in html) == (language == "es")


def test_a_logo_of_any_size_takes_little_room(sending):
    drawn = images.within(logo.png(sending), 400, 88)
    assert images.size(drawn) == (88, 88)


def test_a_server_takes_it_as_it_is(letter, sending):
    with mail_sink.running() as sink:
        at_sink = replace(sending, mail=replace(sending.mail, port=sink.port))
        mail.deliver(letter, ROW, at_sink)
        (sent,) = sink.mails
    assert sent["Message-ID"] == ROW.message_id
    assert "Hello Jordan Example," in sent.get_body(("plain",)).get_content()
