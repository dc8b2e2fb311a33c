"""The login page: the token once, then a cookie that scripts can't read."""

from html import escape
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from starlette.responses import HTMLResponse, RedirectResponse

from ingest.access.logins import LASTS_S
from ingest.access.policy import COOKIE
from ingest.context import AppContext
from ingest.http.headers import language_of
from ingest.pipeline.body import EVENT_BYTES, read
from ingest.pipeline.rejection import Refusal

PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{log_in} · Visitors</title>
<link rel="stylesheet" href="{style}">
</head>
<body>
<main class="login">
<h1>Visitors</h1>
<form method="post" action="/login">
<label for="token">{token}</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus>
<p role="alert">{problem}</p>
<button type="submit">{log_in}</button>
</form>
</main>
</body>
</html>
"""
WORDS = {
    "en": {"log_in": "Log in", "token": "Token", "wrong": "This isn't the token."},
    "de": {"log_in": "Anmelden", "token": "Token", "wrong": "Das ist nicht das Token."},
}
"""The words of the page by language: it comes without the scripts that have the others."""


def add_login(app: FastAPI, context: AppContext, style: str) -> None:
    """``/login`` and ``/logout``. ``style`` is the address of the style sheet."""

    @app.get("/login", include_in_schema=False)
    async def get_login(request: Request) -> Response:
        return _page(request, style) if context.access.has_token else RedirectResponse("/", 303)

    @app.post("/login", include_in_schema=False)
    async def post_login(request: Request) -> Response:
        cookie = context.access.log_in(await _token_of(request))
        if cookie is None:
            return _page(request, style, is_wrong=True)
        answer = RedirectResponse("/", 303)
        set_login_cookie(answer, cookie, secure=context.limits.addresses.says_https(request.scope))
        return answer

    @app.post("/logout", include_in_schema=False)
    async def post_logout(request: Request) -> Response:
        if (login := context.access.login(request.cookies)) is not None:
            await context.pipeline.log_out(context.access.logins.end(login))
        answer = RedirectResponse("/login", 303)
        answer.delete_cookie(COOKIE, httponly=True, samesite="lax")
        return answer


def set_login_cookie(answer: Response, cookie: str, *, secure: bool) -> None:
    """Give a login to a browser. Scripts can't read it, and other websites can't have it sent."""
    answer.set_cookie(COOKIE, cookie, max_age=LASTS_S, httponly=True, samesite="lax", secure=secure)


async def _token_of(request: Request) -> str:
    length = request.headers.get("content-length", "")
    body = await read(request.stream(), length, EVENT_BYTES)
    if isinstance(body, Refusal):
        return ""
    return parse_qs(body.decode(errors="replace")).get("token", [""])[0]


def _page(request: Request, style: str, *, is_wrong: bool = False) -> Response:
    language = language_of(request.headers.get("accept-language", ""))
    words = {name: escape(word) for name, word in WORDS[language].items()}
    problem = words["wrong"] if is_wrong else ""
    content = PAGE.format(style=escape(style), language=language, problem=problem, **words)
    return HTMLResponse(content, 401 if is_wrong else 200, {"Cache-Control": "no-store"})
