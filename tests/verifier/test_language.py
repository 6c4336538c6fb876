"""The language of a page: what is asked for in the address counts before what a browser says."""

from datetime import UTC, datetime

import pytest

from verifier.web import language


@pytest.mark.parametrize(
    ("query", "accepted", "shown"),
    [
        pytest.param("", "", "en", id="nothing-asked"),
        pytest.param("", "es-MX,es;q=0.9,en;q=0.5", "es", id="browser-asks"),
        pytest.param("", "fr, de", "en", id="browser-asks-for-others"),
        pytest.param("?lang=es", "en", "es", id="address-before-browser"),
        pytest.param("?lang=xx", "es", "es", id="unknown-in-address"),
    ],
)
def test_a_page_is_in_the_language_asked_for(client, query, accepted, shown):
    response = client.get(f"/verify{query}", headers={"Accept-Language": accepted})
    assert f'<html lang="{shown}">' in response.text
    assert response.headers["Content-Language"] == shown
    assert "Accept-Language" in response.headers["Vary"]


def test_links_carry_the_language_on(client):
    assert 'action="/verify?lang=es"' in client.get("/verify?lang=es").text
    assert 'action="/verify"' in client.get("/verify", headers={"Accept-Language": "es"}).text


def test_files_have_one_address_in_every_language(client):
    assert "/verify/static/style.css?" not in client.get("/verify?lang=es").text


def test_a_day_is_written_as_its_readers_write_it(app):
    moment = datetime(2026, 11, 20, 23, 30, tzinfo=UTC)
    with app.test_request_context("/?lang=es"):
        assert language.day(moment) == "20 de noviembre de 2026"
    assert language.day(moment) == "November 20, 2026"
