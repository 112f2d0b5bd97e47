"""Sellercloud's sign-in token, and the address of a team's server."""

from uuid import uuid4

from importer.sandbox.platform_api import World
from importer.sandbox.sellercloud_api.replies import body_of, misfit, missing, refusal
from importer.sandbox.wire import Answer, Request, http_date, json_answer

USERNAME, PASSWORD, TEAM = "demo@example.com", "sandbox", "sandbox"


def sign_in(world: World, request: Request) -> Answer:
    """`expires_in` counts; the keys with a dot are spelled as on the page Authentication."""
    body = body_of(request)
    absent = [name for name in ("Username", "Password") if not isinstance(body.get(name), str)]
    if absent:
        raise misfit({name: [f"The {name} field is required."] for name in absent})
    if (body["Username"], body["Password"]) != (USERNAME, PASSWORD):
        raise refusal("The user name or password is incorrect.", 401)
    token, now, lifetime = uuid4().hex, world.clock(), world.switches.token_lifetime_s
    world.tokens[token] = now + lifetime
    return json_answer(
        {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": lifetime,
            "username": USERNAME,
            ".issued": http_date(now),
            ".expires": http_date(now + lifetime),
        }
    )


def is_signed_in(world: World, request: Request) -> bool:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return scheme == "Bearer" and world.tokens.get(token, 0.0) > world.clock()


def server_by_team(world: World, request: Request) -> Answer:
    if request.query.get("team") != TEAM:
        raise missing(world, "The team")
    address = f"http://{request.headers.get('host', '127.0.0.1')}/rest"
    return json_answer({"ServerID": TEAM, "ApiUrl": address, "RestApiEndpoint": f"{address}/api"})
