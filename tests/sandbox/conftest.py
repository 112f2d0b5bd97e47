"""A sandbox with a clock that stands still, and a signed-in client for each platform."""

import ssl
from dataclasses import dataclass

import httpx
import pytest

from importer.sandbox import PASSWORD, SHIPENGINE_KEY, SHIPSTATION_KEY, USERNAME, Sandbox

CERTIFICATES = ssl.create_default_context()  # loaded once: nobody here speaks TLS
HABITS = {"verify": CERTIFICATES, "trust_env": False, "timeout": 5}


@dataclass
class Clock:
    now: float = 1_780_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def sandbox(clock):
    with Sandbox(clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def client(sandbox):
    with httpx.Client(base_url=sandbox.url, **HABITS) as client:
        yield client


@pytest.fixture
def sellercloud(sandbox):
    with httpx.Client(base_url=f"{sandbox.url}/rest/api", **HABITS) as client:
        answer = client.post("token", json={"Username": USERNAME, "Password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


@pytest.fixture
def shipstation(sandbox):
    headers = {"API-Key": SHIPSTATION_KEY}
    address = f"{sandbox.url}/v2"
    with httpx.Client(base_url=address, headers=headers, **HABITS) as client:
        yield client


@pytest.fixture
def shipengine(sandbox):
    headers = {"API-Key": SHIPENGINE_KEY}
    with httpx.Client(base_url=sandbox.url, headers=headers, **HABITS) as client:
        yield client
