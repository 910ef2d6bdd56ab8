from __future__ import annotations

import pytest

from frontdesk.kit.service_urls import WHERE_ASKED, BadServiceUrl, MailServer, database, email


def test_a_database_url_gives_host_port_name_and_account() -> None:
    found = database("postgresql://desk:p%40ss@db.example:6432/front?sslmode=require")
    named = {key: found[key] for key in ("HOST", "PORT", "NAME", "USER", "PASSWORD")}
    assert named == {
        "HOST": "db.example",
        "PORT": "6432",
        "NAME": "front",
        "USER": "desk",
        "PASSWORD": "p@ss",
    }
    assert found["OPTIONS"]["sslmode"] == "require"


def test_a_socket_folder_goes_into_the_query() -> None:
    assert database("postgresql://desk@/front?host=/run/pg")["HOST"] == "/run/pg"


@pytest.mark.parametrize(("query", "threshold"), [("", WHERE_ASKED), ("?prepared=off", None)])
def test_a_pooler_that_keeps_no_statements_can_be_named(query: str, threshold: int | None) -> None:
    options = database(f"postgresql://desk@db.example/front{query}")["OPTIONS"]
    assert options["prepare_threshold"] == threshold
    assert "prepared" not in options


@pytest.mark.parametrize("url", ["mysql://x:secret@y/z", "sqlite:///x?secret", "secret"])
def test_another_database_is_refused_without_repeating_the_url(url: str) -> None:
    with pytest.raises(BadServiceUrl) as refused:
        database(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", MailServer("mail.example", 25, "", "", "")),
        ("smtp+tls://me:pw@mail.example", MailServer("mail.example", 587, "me", "pw", "starttls")),
        ("smtps://mail.example:4650", MailServer("mail.example", 4650, "", "", "tls")),
        ("", None),
    ],
)
def test_a_mail_url_names_a_server(url: str, server: MailServer | None) -> None:
    assert email(url) == server


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example:25"])
def test_another_mail_url_is_refused(url: str) -> None:
    with pytest.raises(BadServiceUrl):
        email(url)
