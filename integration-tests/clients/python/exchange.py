"""Exchanges a Keycloak access token for the user's ClassLink token with Authlib, using the code in docs/develop/token-exchange.md.

Prints Keycloak's response, or prints the library's error and exits with 1.

    apt-get install python3-authlib python3-requests
    ISSUER=https://keycloak.example/realms/demo CLIENT_ID=roster-app CLIENT_SECRET=… ACCESS_TOKEN=… python3 exchange.py
"""

import json
import os
import sys

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session

issuer = os.environ["ISSUER"]
client_id = os.environ["CLIENT_ID"]
client_secret = os.environ["CLIENT_SECRET"]
access_token = os.environ["ACCESS_TOKEN"]


def use(answer):
    print(json.dumps(answer))


def refused(error, description):
    print(json.dumps({"error": error, "error_description": description}))
    sys.exit(1)


def try_again_in(seconds):
    print(json.dumps({"try_again_in": seconds}))
    sys.exit(1)


description = requests.get(issuer + "/.well-known/openid-configuration", timeout=40)
description.raise_for_status()
token_endpoint = description.json()["token_endpoint"]

keycloak = OAuth2Session(client_id, client_secret)
try:
    answer = keycloak.fetch_token(
        token_endpoint,
        grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token=access_token,
        subject_token_type="urn:ietf:params:oauth:token-type:access_token",
        requested_issuer="classlink",
        timeout=40,
    )
    use(answer)  # answer["access_token"], answer["expires_in"]
except OAuthError as problem:
    refused(problem.error, problem.description)
except requests.HTTPError as problem:
    # The library doesn't parse the OAuth error of a 5xx response.
    if problem.response.status_code != 503:
        raise
    try_again_in(problem.response.headers.get("Retry-After"))
