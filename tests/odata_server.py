"""A base of 1C behind its standard OData interface, on loopback: a model of the peer that shares no code with the product.

Entity sets with keys and versions, conditions, pages, posting, and 1C's own bodies of errors. Faults are laid over it by tests.
"""

import base64
import json
import re
import uuid
from urllib.parse import unquote

from tests.loopback import Loopback, Reply, as_json

NO_KEY = "00000000-0000-0000-0000-000000000000"
ROOT = "/buh/odata/standard.odata"
_CONDITION = re.compile(r"(\w+) (eq|ge) (?:guid'([^']*)'|datetime'([^']*)'|'((?:[^']|'')*)'|(true|false))")
_PATH = re.compile(r"/(\w+)(?:\(guid'([0-9a-f-]{36})'\))?(?:/(Post|Unpost))?", re.IGNORECASE)


def odata_error(status, words, code="-1"):
    return as_json({"odata.error": {"code": code, "message": {"lang": "ru", "value": words}}}, status)


class OData(Loopback):
    """`refuses`: entity set → a function of the body that gives 1C's words of refusal, or None."""

    def __init__(self, sets):
        super().__init__()
        self.sets = {name: {} for name in sets}
        self.login, self.password = "обмен", "тайна"
        self.refuses = {}
        self.writes = []  # (method, entity set, key) of every write that was carried out
        self.lost = set()  # numbers of writes whose answer is lost after they were carried out
        self.last_version = 0

    @property
    def connection(self):
        return json.dumps(
            {
                "conn_type": "http",
                "host": self.url,
                "schema": "buh",
                "login": self.login,
                "password": self.password,
                "extra": {"timeout": 5},
            }
        )

    def put(self, entity, key=None, **values):
        """An entity that somebody entered in 1C; its key."""
        key = key or str(uuid.uuid4())
        self.sets[entity][key] = {
            "Ref_Key": key, "DataVersion": self.version(), "DeletionMark": False,
            **({"Posted": True} if entity.startswith("Document_") else {}), **values,
        }  # fmt: skip
        return key

    def alter(self, entity, key, **values):
        """Somebody changes an entity in 1C."""
        self.sets[entity][key].update(values, DataVersion=self.version())

    def all(self, entity):
        return list(self.sets[entity].values())

    def version(self):
        self.last_version += 1
        return base64.b64encode(self.last_version.to_bytes(8, "big")).decode()

    def reply(self, request):
        expected = "Basic " + base64.b64encode(f"{self.login}:{self.password}".encode()).decode()
        if request.headers.get("authorization") != expected:
            return Reply(401, b"", None, {"WWW-Authenticate": 'Basic realm="1C"'})
        path = unquote(request.path)
        if not path.startswith(ROOT):
            return Reply(404, b"<html>Not Found</html>", "text/html")
        if path in (ROOT, f"{ROOT}/"):
            return as_json({"odata.metadata": f"{self.url}{ROOT}/$metadata", "value": [{"name": name, "url": name} for name in self.sets]})
        matched = _PATH.fullmatch(path.removeprefix(ROOT))
        if not matched or matched[1] not in self.sets:
            return odata_error(404, f"Сущность '{path.rpartition('/')[2]}' не найдена", "8")
        entity, key, deed = matched[1], (matched[2] or "").lower(), matched[3]
        assert request.one("$format") == "json"
        if request.method == "GET":
            return self.one(entity, key) if key else self.many(entity, dict(request.query))
        before = len(self.writes)
        reply = self.write(request, entity, key, deed)
        if len(self.writes) > before and before in self.lost:
            return Reply(dies="at once")
        return reply

    def one(self, entity, key):
        if key not in self.sets[entity]:
            return odata_error(404, "Экземпляр сущности не найден", "9")
        return as_json({"odata.metadata": "", **self.sets[entity][key]})

    def many(self, entity, query):
        rows = [row for row in self.sets[entity].values() if _holds(query.get("$filter", ""), row)]
        for name in reversed(query.get("$orderby", "Ref_Key").split(",")):
            rows.sort(key=lambda row, name=name: str(row.get(name)))
        rows = rows[int(query.get("$skip", 0)) :][: int(query.get("$top", 1000))]
        chosen = query.get("$select", "").split(",")
        shown = [{name: row[name] for name in chosen} if chosen != [""] else row for row in rows]
        return as_json({"odata.metadata": "", "value": shown})

    def write(self, request, entity, key, deed):
        if key and key not in self.sets[entity]:
            return odata_error(404, "Экземпляр сущности не найден", "9")
        values = json.loads(request.body) if request.body else {}
        if words := self.refuses.get(f"{entity}/{deed}" if deed else entity, lambda _: None)(values or self.sets[entity].get(key, {})):
            return odata_error(500, words)
        if deed:
            self.sets[entity][key]["Posted"] = deed == "Post"
        elif request.method == "POST":
            key = values.get("Ref_Key") or str(uuid.uuid4())
            if key in self.sets[entity]:
                return odata_error(400, "Объект с таким ключом уже существует", "15")
            self.put(entity, key, **{"Posted": False, **values} if entity.startswith("Document_") else values)
        elif request.method == "PATCH":
            if request.headers.get("if-match") not in (None, self.sets[entity][key]["DataVersion"]):
                return odata_error(412, "Версия объекта изменилась", "17")
            self.sets[entity][key].update(values)
        else:
            return odata_error(405, "Метод не поддерживается")
        self.sets[entity][key]["DataVersion"] = self.version()
        self.writes.append((deed or request.method, entity, key))
        return as_json({"odata.metadata": "", **self.sets[entity][key]}, 201 if request.method == "POST" and not deed else 200)


def _holds(condition, row):
    if not condition:
        return True
    if " or " in condition:
        return any(_holds(each.removeprefix("(").removesuffix(")"), row) for each in condition.split(" or "))
    matched = list(_CONDITION.finditer(condition))
    assert " and ".join(each[0] for each in matched) == condition, condition
    return all(_compares(each, row.get(each[1])) for each in matched)


def _compares(condition, value):
    _, _, key, moment, text, flag = condition.groups()
    if flag:
        return bool(value) == (flag == "true")
    expected = next(each for each in (key, moment, text) if each is not None).replace("''", "'")
    return str(value or "") >= expected if condition[2] == "ge" else str(value or "").lower() == expected.lower()
