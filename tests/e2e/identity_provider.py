"""A provider of identities for logging in: it asks nothing, and says that everybody is the one it is told."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT = "the-app"
_KEY = {"kid": "1"}


class IdentityProvider:
    """The answers of OpenID Connect that Streamlit asks for.

    Attributes:
        url: its address.
        subject: who logs in next.
    """

    def __init__(self, url: str) -> None:
        self.url, self.subject = url, "nobody"
        self._key = RSAKey.generate_key(2048, parameters=_KEY)
        self._nonce: str | None = None
        self.app = Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._describe),
                Route("/authorize", self._authorize),
                Route("/token", self._give_token, methods=["POST"]),
                Route("/keys", self._show_keys),
            ]
        )

    async def _describe(self, _request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
                "id_token_signing_alg_values_supported": ["RS256"],
            }
        )

    async def _authorize(self, request: Request) -> Response:
        asked = request.query_params
        self._nonce = asked.get("nonce")
        return RedirectResponse(f"{asked['redirect_uri']}?code=any&state={asked['state']}")

    async def _give_token(self, _request: Request) -> Response:
        now = int(time.time())
        email = f"{self.subject}@example.org"
        claims = {"iss": self.url, "sub": self.subject, "aud": CLIENT, "iat": now, "exp": now + 600, "email": email}
        token = jwt.encode({"alg": "RS256", **_KEY}, {**claims, "nonce": self._nonce}, self._key)
        return JSONResponse({"access_token": "any", "token_type": "Bearer", "expires_in": 600, "id_token": token})

    async def _show_keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self._key.as_dict(private=False)]})

    def secrets_of(self, app: str) -> str:
        """What the host of the app at an address writes into its secrets."""
        return (
            f'[auth]\nredirect_uri = "{app}/oauth2callback"\ncookie_secret = "{"long and random " * 3}"\n'
            f'client_id = "{CLIENT}"\nclient_secret = "any"\n'
            f'server_metadata_url = "{self.url}/.well-known/openid-configuration"\n'
        )


@contextmanager
def running_provider() -> Iterator[IdentityProvider]:
    """A provider on a free port, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        provider = IdentityProvider(f"http://127.0.0.1:{listening.getsockname()[1]}")
        server = uvicorn.Server(uvicorn.Config(provider.app, log_level="warning", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield provider
        finally:  # or a test that fails would keep this process from ending
            server.should_exit = True
            thread.join(30)
