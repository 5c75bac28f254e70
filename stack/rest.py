"""Airflow's REST API as one named person uses it."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

from pipelines.errors import Refused

_SECONDS = 30
_ATTEMPTS = 5


class Rest:
    """A person at the API of a running stack; logs in with name and password on the first call that needs it."""

    def __init__(self, port: int, user: str, password: str) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self._login = {"username": user, "password": password}
        self._token = ""

    def health(self) -> dict[str, str]:
        """Status by component; empty while the API does not answer."""
        try:
            components = self._send("GET", "/api/v2/monitor/health", None, token=False)
        except (OSError, Refused):
            return {}
        return {name: part.get("status") or "unknown" for name, part in components.items()}

    def get(self, path: str) -> Any:
        """GET /api/v2/PATH; asked again where no answer comes in time."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._call("GET", path, None)
            except TimeoutError:
                continue
        return self._call("GET", path, None)

    def post(self, path: str, body: Any) -> Any:
        """POST /api/v2/PATH."""
        return self._call("POST", path, body)

    def patch(self, path: str, body: Any) -> Any:
        """PATCH /api/v2/PATH."""
        return self._call("PATCH", path, body)

    def trigger(self, dag_id: str, conf: dict[str, Any] | None = None, partition_key: str | None = None) -> str:
        """Start a run; its id. ``partition_key`` is the month or day of a partitioned DAG."""
        body = {"logical_date": None, "conf": conf or {}, **({"partition_key": partition_key} if partition_key else {})}
        return str(self.post(f"dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def run(self, dag_id: str, run_id: str) -> dict[str, Any]:
        """One run."""
        dag_run: dict[str, Any] = self.get(f"dags/{dag_id}/dagRuns/{quote(run_id, safe='')}")
        return dag_run

    def runs(self, dag_id: str, state: str = "") -> list[dict[str, Any]]:
        """Runs of a DAG, newest last; with a state, those in it alone."""
        query = "limit=100&order_by=run_after" + (f"&state={state}" if state else "")
        dag_runs: list[dict[str, Any]] = self.get(f"dags/{dag_id}/dagRuns?{query}")["dag_runs"]
        return dag_runs

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """Task instances of a run."""
        instances: list[dict[str, Any]] = self.get(f"dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances?limit=200")[
            "task_instances"
        ]
        return instances

    def answer(self, dag_id: str, run_id: str, task_id: str, option: str, params: dict[str, Any]) -> None:
        """Answer a required action in this person's name."""
        path = f"dags/{dag_id}/dagRuns/{quote(run_id, safe='')}/taskInstances/{task_id}/-1/hitlDetails"
        self.patch(path, {"chosen_options": [option], "params_input": params})

    def _call(self, method: str, path: str, body: Any) -> Any:
        if not self._token:
            self._token = self._send("POST", "/auth/token", self._login, token=False)["access_token"]
        return self._send(method, f"/api/v2/{path}", body, token=True)

    def _send(self, method: str, path: str, body: Any, *, token: bool) -> Any:
        headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {self._token}"} if token else {})}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._base + path, data, headers, method=method)  # noqa: S310 - always http on loopback
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 - as above
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            raise Refused(f"Airflow answered {error.code} to {method} {path}: {error.read()[:300].decode(errors='replace')}") from None
