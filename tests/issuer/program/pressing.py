"""Buttons pressed twice: what one adds is there once, and the second press ends well."""

import io
import re

from sqlalchemy import func, select

from issuer.database.database import Base


class Pressing:
    """A district in which each button is pressed twice; and which were."""

    def __init__(self, district):
        self.district, self.pressed = district, set()

    def comes(self, name, role):
        """Somebody new with an address, and her browser."""
        address = f"{name.partition(' ')[0].lower()}@school.example"
        person = self.district.add(name, role, address=address)
        return person, self.district.browser(person)

    def __call__(self, browser, path, changed=None, second=None, **fields):
        """Send a form twice: the second time adds no row, and ends as the first one did, or with
        the status `second`. What is `changed` in it makes it another, where that is told."""
        first = browser.post(path, **afresh(fields))
        assert first.status_code in (200, 303), (path, words_of(first))
        before, then = self.rows(), browser.post(path, **afresh(fields))
        assert then.status_code == (second or first.status_code), (path, words_of(then))
        after = self.rows()
        assert after == before, (path, [name for name in after if after[name] != before[name]])
        if changed:
            browser.post(path, **fields | changed)
            assert self.rows() != before, path
        adapter = self.district.app.url_map.bind("localhost")
        self.pressed.add(adapter.match(path, method="POST")[0])
        return first

    def rows(self):
        """How many rows each table has."""
        counts = [
            select(func.count()).select_from(table).scalar_subquery().label(table.name)
            for table in Base.metadata.sorted_tables
        ]
        with self.district.issuer.database.reading() as session:
            return session.execute(select(*counts)).one()._asdict()

    def posted(self, *rooms, but=()):
        """The routes of these rooms to which a form is sent, without those of others below them."""
        views = self.district.app.view_functions
        return {
            rule.endpoint
            for rule in self.district.app.url_map.iter_rules()
            if "POST" in rule.methods
            if (module := views[rule.endpoint].__module__).startswith(rooms)
            if not module.startswith(tuple(but))
        }


def afresh(fields):
    """The fields of a form, with files that were not read yet."""
    return {
        name: (io.BytesIO(value[0]), value[1]) if isinstance(value, tuple) else value
        for name, value in fields.items()
    }


def words_of(answer):
    """What a page says, for when a test stops at it."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]).split())[:1500]
