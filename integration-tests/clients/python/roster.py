"""Prints the sourcedIds of the caller's classes with requests, using the code in docs/develop/roster.md.

ISSUER=https://keycloak.example/realms/demo ACCESS_TOKEN=… python3 roster.py
"""

import os

import requests

issuer = os.environ["ISSUER"]
access_token = os.environ["ACCESS_TOKEN"]

response = requests.get(
    f"{issuer}/classlink/classlink/ims/oneroster/v1p1/classes",
    params={"limit": 100, "filter": "status='active'"},
    headers={"Authorization": f"Bearer {access_token}"},
    timeout=60,
)
response.raise_for_status()
for row in response.json()["classes"]:
    print(row["sourcedId"])
