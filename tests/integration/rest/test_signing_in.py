"""Ways to sign in, and secrets: where they go, and where they never do."""

from __future__ import annotations

import ssl
import subprocess
from base64 import b64encode
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from dagster_project.sources.errors import SourceError
from tests.replay import Asked, replaying

if TYPE_CHECKING:
    from tests.integration.rest.conftest import Api

SECRET = "s3cr3t/t0ken+value=="
ENCODED = "s3cr3t%2Ft0ken%2Bvalue%3D%3D"
BASIC = b64encode(f"ada@example.com:{SECRET}".encode()).decode()
WAYS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"type": "bearer"}, {"Authorization": f"Bearer {SECRET}"}),
    ({"type": "basic", "username": "{email}", "password": "{token}"}, {"Authorization": f"Basic {BASIC}"}),
    ({"type": "api_key", "name": "X-Key"}, {"X-Key": SECRET}),
    ({"type": "api_key", "name": "Authorization", "key": "token {token}"}, {"Authorization": f"token {SECRET}"}),
]
IN_QUERY = {"type": "api_key", "name": "key", "place": "query"}
CLIENT = {"type": "oauth2_client_credentials", "client_secret": "{token}"}
LINKED = {"path": "tickets", "records": "tickets", "paging": {"type": "link", "path": "next"}, "key": "id"}


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARELOOP_DESK_TOKEN", SECRET)
    monkeypatch.setenv("CARELOOP_DESK_EMAIL", "ada@example.com")
    monkeypatch.setenv("CARELOOP_DESK_CLIENT_ID", "careloop")
    monkeypatch.setenv("CARELOOP_DESK_REFRESH_TOKEN", "refresh-me-please")


def must_hide(api: Api, caplog: pytest.LogCaptureFixture, *texts: str) -> None:
    for secret in (SECRET, ENCODED, BASIC, "refresh-me-please", "given-token-1", "given-token-2"):
        assert secret not in caplog.text
        assert secret.encode() not in api.landed_bytes()
        for text in texts:
            assert secret not in text


@pytest.mark.parametrize(("auth", "headers"), WAYS, ids=["bearer", "basic", "key in a header", "key with a word"])
def test_a_request_bears_what_was_stated(
    api: Api, caplog: pytest.LogCaptureFixture, auth: dict[str, Any], headers: dict[str, str]
) -> None:
    api.serve(lambda asked: {"status": 200, "body": [{"id": 1, "echo": str(asked.headers)}]})

    api.load(auth=auth)

    assert headers.items() <= api.server.asked[0].headers.items()
    assert len(api.rows()) == 1
    must_hide(api, caplog)


def test_a_key_in_the_address_goes_with_each_page_once_and_is_told_nowhere(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    def respond(asked: Asked) -> dict[str, Any]:
        following = f"/tickets?page=2&key={ENCODED}" if "page" not in asked.query else None
        return {"status": 200, "body": {"tickets": [{"id": asked.target, "name": SECRET}], "next": following}}

    api.serve(respond)
    api.load({"tickets": LINKED}, auth=IN_QUERY)

    assert [asked.target for asked in api.server.asked] == [f"/tickets?key={ENCODED}", f"/tickets?page=2&key={ENCODED}"]
    assert [row["id"] for row in api.rows()] == ["/tickets?key=(secret)", "/tickets?page=2&key=(secret)"]
    must_hide(api, caplog)


@pytest.mark.parametrize(
    "answer",
    [{"status": 401}, {"status": 500}, {"status": 200, "drop": True}, {"status": 200, "body": "{"}],
    ids=["refused", "5xx", "dropped", "no JSON"],
)
@pytest.mark.parametrize("auth", [IN_QUERY, *(way for way, _ in WAYS[:3])], ids=["query", "bearer", "basic", "header"])
def test_no_error_tells_a_secret_even_if_the_answer_repeats_it(
    api: Api, caplog: pytest.LogCaptureFixture, auth: dict[str, Any], answer: dict[str, Any]
) -> None:
    api.serve(lambda asked: {"body": f"you sent {asked.target} {asked.headers} {SECRET}", **answer})

    with pytest.raises(SourceError) as caught:
        api.load(auth=auth)

    must_hide(api, caplog, str(caught.value), repr(caught.value))


def test_a_credential_that_is_missing_is_named_by_its_variable_before_anything_is_asked(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CARELOOP_DESK_TOKEN")
    api.serve(lambda _: {"status": 200, "body": []})

    with pytest.raises(SourceError, match=r"CARELOOP_DESK_TOKEN must be set in the environment and is not"):
        api.load(auth={"type": "bearer"})
    with pytest.raises(SourceError, match=r"DESK_SECRET must be set"):
        api.load(auth={"type": "bearer"}, credentials={"token": "DESK_SECRET"})
    assert api.server.asked == []


@pytest.mark.parametrize("value", ["line\nbreak-secret", " blank-secret", "s\u00e9cret-value"])
def test_a_credential_that_no_header_may_hold_is_refused_without_being_told(
    api: Api, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv("CARELOOP_DESK_TOKEN", value)
    api.serve(lambda _: {"status": 200, "body": []})

    with pytest.raises(SourceError, match=r"set it again") as caught:
        api.load(auth={"type": "bearer"})
    assert "secret" not in str(caught.value)


def test_accounts_of_one_vendor_stand_side_by_side(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARELOOP_DESK_US_TOKEN", "another-secret")
    api.serve(lambda asked: {"status": 200, "body": [{"id": 1, "of": asked.headers["Authorization"][-6:]}]})

    api.load(auth={"type": "bearer"}, name="desk")
    api.load(auth={"type": "bearer"}, name="desk_us")

    assert api.rows(name="desk") == [{"id": "1", "of": "alue=="}]
    assert api.rows(name="desk_us") == [{"id": "1", "of": "secret"}]


def granting(accepted: str = "given-token-2", **told: Any) -> Any:
    """Give the tokens given-token-1, given-token-2 …; only one is accepted."""
    given = iter(range(1, 99))

    def respond(asked: Asked) -> dict[str, Any]:
        if asked.path == "/token":
            return {"status": 200, "body": {"access_token": f"given-token-{next(given)}", **told}}
        if asked.headers["Authorization"] != f"Bearer {accepted}":
            return {"status": 401, "body": {"error": f"expired: {asked.headers['Authorization']}"}}
        return {"status": 200, "body": [{"id": 1, "echo": asked.headers["Authorization"]}]}

    return respond


@pytest.mark.parametrize("send_as", ["form", "basic"])
def test_a_token_that_ended_is_asked_for_again_once(api: Api, caplog: pytest.LogCaptureFixture, send_as: str) -> None:
    api.serve(granting())

    api.load(auth={**CLIENT, "send_as": send_as, "scope": "read", "token_url": f"{api.server.base_url}/token"})

    assert [asked.path for asked in api.server.asked] == ["/token", "/tickets", "/token", "/tickets"]
    form = api.server.asked[0].content
    assert (form["grant_type"], form["scope"]) == ("client_credentials", "read")
    if send_as == "form":
        assert (form["client_id"], form["client_secret"]) == ("careloop", SECRET)
    else:
        basic = b64encode(f"careloop:{SECRET}".encode()).decode()
        assert api.server.asked[0].headers["Authorization"] == f"Basic {basic}"
        assert "client_secret" not in form
    assert len(api.rows()) == 1
    must_hide(api, caplog)


def test_a_token_that_goes_on_being_refused_is_a_clear_error(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    api.serve(granting(accepted="never"))

    with pytest.raises(SourceError, match=r"answers with status 401: .*expired.*; check the credentials") as caught:
        api.load(auth={**CLIENT, "token_url": f"{api.server.base_url}/token"})

    assert [asked.path for asked in api.server.asked] == ["/token", "/tickets", "/token", "/tickets"]
    must_hide(api, caplog, str(caught.value))


def test_a_refresh_token_is_sent_and_a_new_one_taken(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    api.serve(granting(refresh_token="refresh-with-this-now"))

    api.load(auth={**CLIENT, "type": "oauth2_refresh", "token_url": f"{api.server.base_url}/token"})

    sent = [asked.content["refresh_token"] for asked in api.server.asked if asked.path == "/token"]
    assert sent == ["refresh-me-please", "refresh-with-this-now"]
    must_hide(api, caplog)


def test_a_token_is_renewed_before_it_ends(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 100_000, 1_000))
    monkeypatch.setattr("dagster_project.sources.rest.signing.time.monotonic", lambda: float(next(clock)))
    api.serve(granting(accepted="given-token-1", expires_in=600))

    resources = {"tickets": {"path": "tickets", "key": "id"}, "more": {"path": "more", "key": "id"}}
    with pytest.raises(SourceError, match="401"):  # the second token, which this server does not accept
        api.load(resources, auth={**CLIENT, "token_url": f"{api.server.base_url}/token"})

    assert [asked.path for asked in api.server.asked][:4] == ["/token", "/tickets", "/token", "/more"]


@pytest.mark.parametrize("status", [400, 200])
def test_a_token_that_is_not_given_is_a_clear_error(api: Api, caplog: pytest.LogCaptureFixture, status: int) -> None:
    api.serve(lambda asked: {"status": status, "body": {"error": f"invalid_grant {asked.body.decode()} {SECRET}"}})

    with pytest.raises(SourceError, match=rf"no token from .*/token: status {status}: .*; check the cred") as caught:
        api.load(auth={**CLIENT, "token_url": f"{api.server.base_url}/token"})
    must_hide(api, caplog, str(caught.value))


ELSEWHERE = [*(way for way, _ in WAYS[:3]), IN_QUERY]


@pytest.mark.parametrize("auth", ELSEWHERE, ids=["bearer", "basic", "header", "query"])
@pytest.mark.parametrize("leads", ["redirect", "link"])
def test_nothing_is_sent_to_a_host_that_was_not_stated(
    api: Api, caplog: pytest.LogCaptureFixture, auth: dict[str, Any], leads: str
) -> None:
    def respond(asked: Asked) -> dict[str, Any]:
        if leads == "redirect":
            return {"status": 302, "headers": {"Location": f"{other.base_url}/tickets?key={ENCODED}"}}
        return {"status": 200, "body": {"tickets": [{"id": 1}], "next": f"{other.base_url}/tickets?page=2"}}

    api.serve(respond)
    other = api.serve(lambda _: {"status": 200, "body": {"tickets": [{"id": 2}]}})

    with pytest.raises(SourceError, match=r"refused to ask .*; nothing was sent there. .* `hosts`") as caught:
        api.load({"tickets": LINKED}, auth=auth)

    assert other.asked == []
    assert api.rows() == []
    must_hide(api, caplog, str(caught.value))


@pytest.mark.parametrize(
    "written",
    ["http://127.0.0.1:{port}@{other}/", "http://{other}\\@127.0.0.1:{port}/", "//{other}/", "file:///etc/hosts"],
)
def test_no_spelling_of_a_link_leads_elsewhere(api: Api, written: str) -> None:
    other = None

    def respond(_: Asked) -> dict[str, Any]:
        assert other is not None
        host = other.base_url.removeprefix("http://")
        link = written.format(port=api.server.base_url.rpartition(":")[2], other=host)
        return {"status": 200, "body": {"tickets": [{"id": 1}], "next": link}}

    api.serve(respond)
    other = api.serve(lambda _: {"status": 200, "body": {"tickets": []}})

    with pytest.raises(SourceError):
        api.load({"tickets": LINKED}, auth={"type": "bearer"})
    assert other.asked == []


def test_a_stated_host_is_followed_but_a_redirect_carries_no_token_there(api: Api) -> None:
    api.serve(lambda _: {"status": 302, "headers": {"Location": f"{other.base_url}/signed"}})
    other = api.serve(lambda _: {"status": 200, "body": [{"id": 1}]})

    api.load(auth={"type": "bearer"}, hosts=other.base_url.removeprefix("http://"))

    assert len(api.rows()) == 1
    assert "Authorization" not in other.asked[0].headers


def test_a_server_that_cannot_prove_who_it_is_gets_nothing(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
         "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ExitStack() as stack:
        server = stack.enter_context(replaying(lambda _: {"status": 200, "body": []}, tls=context))
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        with pytest.raises(SourceError, match=r"page 1: https://127.0.0.1:\d+/tickets: SSLError: .*certificate"):
            api.load(auth={"type": "bearer"}, base_url=f"{server.base_url}/")
        assert server.asked == []


def test_passwords_of_a_netrc_file_are_not_sent(api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login ada password from-netrc\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    api.serve(lambda _: {"status": 200, "body": []})

    api.load()

    assert "Authorization" not in api.server.asked[0].headers
