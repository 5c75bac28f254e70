"""A stand-in for a Wialon server: errors in bodies of status 200, sessions that die, rights that hide fields."""

import json
from typing import Any
from urllib.parse import parse_qsl

from tests.loopback import Loopback, Reply, Request, as_json

TOKEN = "5dce19710a5e26ab8b7b8986cb3c49e58C291791B7F0A7AEB8AFBFCEED7DC03BC48FF5F8"
DEALER = 1002


class WialonServer(Loopback):
    """Accounts: id → state; units: id → item. ``dying``: the session is over before the n-th call from now."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[int, dict[str, Any]] = {}
        self.units: dict[int, dict[str, Any]] = {}
        self.session = 0
        self.dead: set[str] = set()
        self.announces: int | None = None
        self.ignores_writes = False
        self.failing: list[tuple[str, Any]] = []  # (service, reply instead of its next result)
        self.account(DEALER, "Дилер", parent=0, dealerRights=1)

    def account(self, number: int, name: str = "", parent: int = DEALER, **fields: Any) -> int:
        self.accounts[number] = {"nm": name or f"Клиент {number}", "parentAccountId": parent, "enabled": 1, "dealerRights": 0, **fields}
        return number

    def unit(self, number: int, account: int, **fields: Any) -> int:
        known = {"uid": f"{352093081000000 + number}", "hw": 9, "act": 1, "dactt": 0, "sens": {}}
        self.units[number] = {"nm": f"А {number:03} АА", "cls": 2, "id": number, "mu": 0, "bact": account, **known, "lmsg": None, **fields}
        return number

    def reply(self, request: Request) -> Reply:
        sent = {**dict(request.query), **dict(parse_qsl(request.body.decode(), keep_blank_values=True))}
        service, params, sid = sent.get("svc", ""), json.loads(sent.get("params") or "{}"), sent.get("sid")
        self.called = [*getattr(self, "called", []), service]
        for place, (name, reply) in enumerate(self.failing):
            if name == service:
                del self.failing[place]
                return reply if isinstance(reply, Reply) else as_json(reply)
        if service == "token/login":
            return self._login(params)
        if sid not in {f"eid{number}" for number in range(1, self.session + 1)} - self.dead:
            return as_json({"error": 1})
        return as_json(getattr(self, "_" + service.replace("/", "_"), lambda _: {"error": 2})(params))

    def dies(self) -> None:
        self.dead |= {f"eid{number}" for number in range(1, self.session + 1)}

    def _login(self, params: dict[str, Any]) -> Reply:
        if params.get("token") != TOKEN:
            return as_json({"error": 8})
        self.session += 1
        user = {"nm": "service", "cls": 1, "id": 1001, "prp": {}, "crt": 1000, "bact": DEALER}
        return as_json({"eid": f"eid{self.session}", "au": "service", "tm": 1767225600, "wsdk_version": "2504", "user": user})

    def _core_search_items(self, params: dict[str, Any]) -> dict[str, Any]:
        spec = params["spec"]
        if spec["itemsType"] == "avl_unit":
            items = list(self.units.values())
        else:
            items = [{"nm": account["nm"], "cls": 3, "id": number, "bact": number} for number, account in self.accounts.items()]
        total = len(items) if self.announces is None or spec["itemsType"] != "avl_unit" else self.announces
        return {"searchSpec": spec, "dataFlags": params["flags"], "totalItemsCount": total, "indexFrom": 0, "indexTo": 0, "items": items}

    def _account_get_account_data(self, params: dict[str, Any]) -> dict[str, Any]:
        ids = params["itemId"] if isinstance(params["itemId"], list) else [params["itemId"]]
        if any(number not in self.accounts for number in ids):
            return {"error": 4, "reason": "item not found"}
        data = {str(number): self._data(number) for number in ids}
        return data if isinstance(params["itemId"], list) else next(iter(data.values()))

    def _data(self, number: int) -> dict[str, Any]:
        account, above = self.accounts[number], self.accounts[number]["parentAccountId"]
        parent_enabled, seen = 1, set()
        while above in self.accounts and above not in seen:
            seen.add(above)
            parent_enabled &= self.accounts[above]["enabled"]
            above = self.accounts[above]["parentAccountId"]
        return {"plan": "basic", "flags": 33, "balance": "0.00", **account, "parentEnabled": parent_enabled}

    def _account_enable_account(self, params: dict[str, Any]) -> dict[str, Any]:
        if params["itemId"] not in self.accounts:
            return {"error": 4}
        if not self.ignores_writes:
            self.accounts[params["itemId"]]["enabled"] = params["enable"]
        return {}
