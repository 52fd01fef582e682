"""Reads a district's roster as a ClassLink partner, through the proxy and from the district's own server, and prints the ids.

CLASSLINK=http://localhost:9400 PARTNER_KEY=… TENANT=2222 python3 classlink_roster.py
"""

import json
import os

import requests
from requests_oauthlib import OAuth1

classlink = os.environ["CLASSLINK"]
as_partner = {"Authorization": f"Bearer {os.environ['PARTNER_KEY']}"}


def read(url, **options):
    answer = requests.get(url, timeout=60, **options)
    answer.raise_for_status()
    return answer


applications = read(f"{classlink}/applications", headers=as_partner, params={"limit": 100}).json()["applications"]
district = next(row for row in applications if str(row["tenant_id"]) == os.environ["TENANT"])
proxy = f"{classlink}/{district['oneroster_application_id']}/ims/oneroster/v1p1"
server = read(f"{classlink}/applications/{district['oneroster_application_id']}/server", headers=as_partner).json()["server"]
direct = f"{server['endpoint_url']}/ims/oneroster/v1p1"


def signed(method, place="AUTH_HEADER"):
    return OAuth1(server["client_id"], server["client_secret"], signature_method=method, signature_type=place)


def pages_by_count(url, **options):
    rows, total = [], 1
    while len(rows) < total:
        answer = read(url, params={"limit": 100, "offset": len(rows), "sort": "sourcedId", "orderBy": "asc"}, **options)
        rows += answer.json()["users"]
        total = int(answer.headers["X-Total-Count"])
    return rows


def pages_by_link(url, **options):
    rows, url = [], f"{url}?limit=100"
    while url:
        answer = read(url, **options)
        rows += answer.json()["users"]
        url = answer.links.get("next", {}).get("url")
    return rows


teachers = "role='teacher' AND status='active'"
bearer = {"Authorization": f"bearer {district['bearer']}"}
teacher = read(f"{direct}/users", auth=signed("HMAC-SHA256"), params={"filter": teachers, "limit": 1}).json()["users"][0]["sourcedId"]
classes = read(f"{direct}/teachers/{teacher}/classes", auth=signed("HMAC-SHA1")).json()["classes"]
print(
    json.dumps(
        {
            "proxy": sorted(row["sourcedId"] for row in pages_by_count(f"{proxy}/users", headers=bearer)),
            "SHA-256": sorted(row["sourcedId"] for row in pages_by_link(f"{direct}/users", auth=signed("HMAC-SHA256"))),
            "SHA-1": sorted(row["sourcedId"] for row in pages_by_count(f"{direct}/users", auth=signed("HMAC-SHA1"))),
            "query": sorted(row["sourcedId"] for row in pages_by_link(f"{direct}/users", auth=signed("HMAC-SHA256", "QUERY"))),
            "classes": [row["sourcedId"] for row in classes],
            "students": [
                row["sourcedId"]
                for row in read(f"{direct}/classes/{classes[0]['sourcedId']}/students", auth=signed("HMAC-SHA256")).json()["users"]
                if row["role"] == "student"
            ],
        }
    )
)
