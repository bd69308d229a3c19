"""Ways to sign in: what a request bears, and how a token is got that ends."""

from __future__ import annotations

import time
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import requests
from dlt.sources.helpers.rest_client.auth import APIKeyAuth, BearerTokenAuth, HttpBasicAuth
from requests.auth import AuthBase

from dagster_project.source_config.rest import (
    ApiKeyAuth,
    BasicAuth,
    BearerAuth,
    OAuth2ClientCredentials,
    OAuth2Refresh,
    RestSource,
)
from dagster_project.sources.errors import SourceError
from dagster_project.sources.rest.credentials import Credentials
from dagster_project.sources.rest.session import reason, shown

_BEFORE_END_SECONDS = 30


class KeyInQuery(AuthBase):
    """A key as a query parameter; where an answer's link bears one already, it is replaced."""

    def __init__(self, name: str, key: str) -> None:
        self._name = name
        self._key = key

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        parts = urlsplit(str(request.url))
        query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != self._name]
        request.url = urlunsplit(parts._replace(query=urlencode([*query, (self._name, self._key)])))
        return request


class TokenOnDemand(AuthBase):
    """OAuth 2: a token that is asked for when it is needed first, and again when it ended or was refused."""

    def __init__(
        self,
        source: RestSource,
        auth: OAuth2ClientCredentials | OAuth2Refresh,
        session: requests.Session,
        credentials: Credentials,
    ) -> None:
        self._source = source.name
        self._url = auth.token_url
        self._headers = source.headers
        self._session = session
        self._credentials = credentials
        client = credentials.filled(auth.client_id), credentials.filled(auth.client_secret)
        self._form: dict[str, str] = {}
        self._client: AuthBase | None = None
        if auth.send_as == "form":
            self._form.update(client_id=client[0], client_secret=client[1])
        else:
            credentials.keep_basic_secret(*client)
            self._client = HttpBasicAuth(*client)
        if isinstance(auth, OAuth2Refresh):
            self._form.update(grant_type="refresh_token", refresh_token=credentials.filled(auth.refresh_token))
        else:
            self._form.update({name: credentials.filled(value) for name, value in auth.form.items()})
            self._form.update(grant_type="client_credentials", **({"scope": auth.scope} if auth.scope else {}))
        self._token: str | None = None
        self._ends = float("inf")

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token is None or time.monotonic() > self._ends:
            self.renew()
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def renew(self) -> None:
        """Ask for a token.

        Raises:
            SourceError: none was given.
        """
        where = f"source {self._source!r}: no token from {shown(self._url)}"
        try:
            answer = self._session.post(
                self._url, data=self._form, auth=self._client, headers=self._headers, allow_redirects=False
            )
        except requests.RequestException as error:
            raise SourceError(f"{where}: {self._credentials.hide(reason(error))}") from None
        try:
            told = answer.json() if answer.status_code == 200 else {}
        except ValueError:
            told = {}
        told = told if isinstance(told, dict) else {}
        token = told.get("access_token")
        if not isinstance(token, str) or not token.isascii() or not token.isprintable():
            text = " ".join(answer.text[:300].split()) if answer.status_code >= 400 else "no `access_token` in it"
            raise SourceError(
                f"{where}: status {answer.status_code}: {self._credentials.hide(text)}; check the credentials"
            )
        self._credentials.keep_secret(token)
        self._token = token
        if isinstance(refreshed := told.get("refresh_token"), str) and "refresh_token" in self._form:
            self._credentials.keep_secret(refreshed)
            self._form["refresh_token"] = refreshed
        try:
            self._ends = time.monotonic() + max(float(told["expires_in"]) - _BEFORE_END_SECONDS, 1)
        except (KeyError, TypeError, ValueError):
            self._ends = float("inf")  # then a refusal tells


def signer(source: RestSource, session: requests.Session, credentials: Credentials) -> AuthBase | None:
    """Make what signs the requests of a source.

    Raises:
        SourceError: a credential cannot stand in a header.
    """
    match source.auth:
        case BearerAuth(token=token):
            return BearerTokenAuth(token=_for_header(source, credentials.filled(token)))
        case BasicAuth(username=username, password=password):
            pair = credentials.filled(username), credentials.filled(password)
            credentials.keep_basic_secret(*pair)
            return HttpBasicAuth(*pair)
        case ApiKeyAuth(place="header") as auth:
            return APIKeyAuth(name=auth.name, api_key=_for_header(source, credentials.filled(auth.key)))
        case ApiKeyAuth() as auth:
            return KeyInQuery(auth.name, credentials.filled(auth.key))
        case OAuth2ClientCredentials() | OAuth2Refresh() as auth:
            return TokenOnDemand(source, auth, session, credentials)
    return None


def _for_header(source: RestSource, text: str) -> str:
    if not text.isascii():
        raise SourceError(f"source {source.name!r}: a credential holds letters that no header may have; set it again")
    return text
