"""Signs in with ClassLink through Python Social Auth, with only the URLs changed, and prints the user.

CLASSLINK=http://localhost:9400 CLIENT_ID=… CLIENT_SECRET=… PERSONA=maplevalley:4801508017 python3 classlink_login.py
"""

import json
import os
from urllib.parse import parse_qsl, urlsplit

import requests
from social_core.backends.classlink import ClasslinkOAuth
from social_core.storage import BaseStorage
from social_core.strategy import BaseStrategy

classlink = os.environ["CLASSLINK"]
callback = "http://localhost:8080/callback"


class Backend(ClasslinkOAuth):
    AUTHORIZATION_URL = ClasslinkOAuth.AUTHORIZATION_URL.replace("https://launchpad.classlink.com", classlink)
    ACCESS_TOKEN_URL = ClasslinkOAuth.ACCESS_TOKEN_URL.replace("https://launchpad.classlink.com", classlink)

    def request(self, url, *arguments, **options):
        return super().request(url.replace("https://nodeapi.classlink.com", classlink), *arguments, **options)


class Strategy(BaseStrategy):
    """A minimal web framework with one session."""

    def __init__(self):
        super().__init__(BaseStorage)
        self.session, self.parameters = {}, {}
        self.settings = {
            "SOCIAL_AUTH_CLASSLINK_KEY": os.environ["CLIENT_ID"],
            "SOCIAL_AUTH_CLASSLINK_SECRET": os.environ["CLIENT_SECRET"],
        }

    def get_setting(self, name):
        return self.settings[name]

    def request_data(self, merge=True):
        return self.parameters

    def session_get(self, name, default=None):
        return self.session.get(name, default)

    def session_set(self, name, value):
        self.session[name] = value

    def build_absolute_uri(self, path=None):
        return callback

    def authenticate(self, backend, *arguments, **options):
        answer = options["response"]
        return {"id": backend.get_user_id({}, answer), **backend.get_user_details(answer)}


strategy = Strategy()
backend = Backend(strategy, callback)
authorization = backend.auth_url()

browser = requests.Session()
district = os.environ["PERSONA"].split(":")[0]
browser.post(f"{classlink}/{district}/login", data={"persona": os.environ["PERSONA"]}, allow_redirects=False)
back = browser.get(authorization, allow_redirects=False).headers["Location"]

strategy.parameters = dict(parse_qsl(urlsplit(back).query))
print(json.dumps(Backend(strategy, callback).auth_complete()))
