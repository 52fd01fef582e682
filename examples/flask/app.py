import os

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.integrations.requests_client import OAuth2Session
from flask import Flask, redirect, render_template_string, request, session, url_for

ISSUER = os.environ["ISSUER"]
CLASSLINK = os.environ.get("CLASSLINK_API", "https://nodeapi.classlink.com")
CLIENT = {"client_id": os.environ["CLIENT_ID"], "client_secret": os.environ["CLIENT_SECRET"]}

PAGE = "<p>{{ person }}</p>{% for each in classes %}<li>{{ each.title }}</li>{% endfor %}"

app = Flask(__name__)
app.secret_key = os.environ["SESSION_KEY"]
keycloak = OAuth(app).register(
    "keycloak",
    server_metadata_url=f"{ISSUER}/.well-known/openid-configuration",
    client_kwargs={"scope": "openid profile classlink-classes classlink-token classlink-roster", "code_challenge_method": "S256"},
    **CLIENT,
)
logins = {}  # by Keycloak session, because tokens and classes are too large for Flask's session cookie


@app.before_request
def login():
    """Every page starts the login if the user isn't signed in."""
    if request.endpoint != "callback" and session.get("sid") not in logins:
        return keycloak.authorize_redirect(url_for("callback", _external=True))


@app.get("/callback")
def callback():
    token = keycloak.authorize_access_token()
    session["sid"] = token["userinfo"]["sid"]
    logins[session["sid"]] = token
    return redirect("/")


@app.get("/")
def home():
    """The user, with the classes in the token."""
    return page(user().get("classes", []))


@app.get("/roster")
def roster():
    """The classes in the district's roster."""
    answer = requests.get(
        f"{ISSUER}/classlink/classlink/ims/oneroster/v1p1/classes",
        headers={"Authorization": f"Bearer {access_token()}"},
        timeout=60,
    )
    answer.raise_for_status()
    return page(answer.json()["classes"])


@app.get("/classlink")
def classlink():
    """The user's ClassLink profile, read with the ClassLink token."""
    try:
        token = OAuth2Session(**CLIENT).fetch_token(
            keycloak.load_server_metadata()["token_endpoint"],
            grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
            subject_token=access_token(),
            subject_token_type="urn:ietf:params:oauth:token-type:access_token",
            requested_issuer="classlink",
            timeout=40,
        )
    except OAuthError as problem:
        return f"<p>{problem.error}</p>"
    except requests.HTTPError as problem:  # Authlib doesn't parse the OAuth error of a 5xx response
        return f"<p>{problem.response.json()['error']} {problem.response.headers.get('Retry-After', '')}</p>"
    profile = requests.get(
        f"{CLASSLINK}/v2/my/info", headers={"Authorization": f"Bearer {token['access_token']}"}, timeout=10
    )
    return f"<p>{profile.json()['UserId']}</p>"


def user():
    return logins[session["sid"]]["userinfo"]


def page(classes):
    return render_template_string(PAGE, person=user()["preferred_username"], classes=classes)


def access_token():
    """The user's Keycloak token, refreshed if it has expired."""
    token = logins[session["sid"]]
    if token.is_expired():
        endpoint = keycloak.load_server_metadata()["token_endpoint"]
        token.update(OAuth2Session(**CLIENT).refresh_token(endpoint, token["refresh_token"]))
    return token["access_token"]
