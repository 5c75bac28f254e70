"""Wialon Hosting and Local: one session, whole lists, and blocks that are read back (`docs/platforms.md`)."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from pipelines import garbage_collection
from pipelines.platforms import wialon_answers as answers
from pipelines.platforms.account_tree import under
from pipelines.platforms.credentials import WebAccess, web_access
from pipelines.platforms.errors import (
    AccessDenied,
    AuthFailed,
    Conflict,
    InvalidInput,
    NotFound,
    PlatformFailed,
    ProtocolBroken,
    RateLimited,
    SessionExpired,
    Transient,
)
from pipelines.platforms.interface import (
    AccountBelow,
    AccountState,
    Blocking,
    Capability,
    Edit,
    Effective,
    Fleet,
    Platform,
    Probe,
    Remark,
)
from pipelines.platforms.transport import Transport
from pipelines.platforms.wialon_answers import BillingAccount, LoggedIn, Refusal, Resource, Resources, Unit, Units, failure_of

T = TypeVar("T")

HOSTING = "https://hst-api.wialon.com"
READINGS = 3  # of the accounts, when one vanishes between two requests
ACCOUNTS_AT_ONCE = 500
_LONGEST_REFUSAL = 4_096  # bytes; a longer body is no refusal
_LOGIN = "token/login"


def connect(platform: Platform, secret: str | None, at: datetime) -> "Wialon":
    """Connector of a Wialon server; the token is the connection's option ``token`` or its password."""
    access = web_access(platform, secret, HOSTING)
    if not (access.token or access.password):
        raise AuthFailed(f"platform {platform.platform!r}: the connection needs a token, as its password or option token")
    return Wialon(access, at)


class Wialon:
    """A Wialon server. Accounts are its billing accounts, vehicles its units."""

    def __init__(self, access: WebAccess, at: datetime) -> None:
        self._token = access.token or access.password
        self._transport = Transport(access, at, connections=1)
        self._session: LoggedIn | None = None

    def probe(self) -> Probe:
        """Log in and look at what the token may see. AccessDenied when the state or account of any unit is hidden from it."""
        session = self._logged_in()
        units = self._units()
        hidden = sum(unit.act is None or unit.bact is None for unit in units)
        if hidden:
            raise AccessDenied(self._says(f"the token may not see the state or the account of {hidden} of {len(units)} units"))
        capabilities = {Capability.LIST_VEHICLES, Capability.LIST_ACCOUNTS}
        if all(unit.sensors is not None for unit in units):
            capabilities.add(Capability.LIST_SENSORS)
        if any(unit.mileage is not None or unit.engine_hours is not None for unit in units):
            capabilities.add(Capability.DAILY_METERS)
        own = session.user.bact
        data = self._account_data([own]) if own is not None else {}
        if any(account.dealer_rights for account in data.values()):
            capabilities.add(Capability.BLOCK_ACCOUNT)
        return Probe(session.wsdk_version or "not told", frozenset(capabilities))

    def fleet(self) -> Fleet:
        """Every unit with its account, state, last message, sensors and counters, and the tree of accounts."""
        with garbage_collection.paused():
            return self._whole_fleet()

    def _whole_fleet(self) -> Fleet:
        for _ in range(READINGS):
            units, resources = self._units(), self._resources()
            try:
                data = self._account_data([resource.id for resource in resources])
            except InvalidInput:  # so the server says of a list with an account that is not there any more
                continue
            if data.keys() == {resource.id for resource in resources}:
                return replace(_fleet(units, resources, data, self._transport.clock_remarks()), clock=self._transport.server_clock)
        raise Transient(self._says(f"an account vanished during each of {READINGS} readings"))

    def account_state(self, account_ids: Sequence[str]) -> Mapping[str, AccountState]:
        """State of accounts, itself and above. The service user's own account is an administrator's."""
        session = self._logged_in()
        known = {str(resource.id) for resource in self._resources()}
        data = self._account_data([int(each) for each in account_ids if each in known])
        return {str(number): AccountState(str(number), each.is_blocked, number == session.user.bact) for number, each in data.items()}

    def set_account_blocked(self, account_id: str, *, blocked: bool) -> Blocking:
        """Enable or disable an account, and read it back. Under a blocked dealer it stays blocked whatever is written."""
        number = _number(account_id)
        if number == self._logged_in().user.bact:
            raise AccessDenied(self._says(f"account {account_id} is the service user's own, and is not blocked"))
        before = self._one_account(number)
        if (not before.enabled) == blocked:
            return Blocking(before.is_blocked, before.is_blocked, Effective.NOW)
        lost: PlatformFailed | None = None
        try:
            self._call("account/enable_account", {"itemId": number, "enable": int(not blocked)}, dict[str, Any])
        except (Transient, RateLimited, ProtocolBroken) as error:
            lost = error  # the write may have happened all the same: what counts is what is read
        after = self._one_account(number)
        if (not after.enabled) != blocked:
            raise lost or Conflict(self._says(f"account {account_id} was answered as done, and reads as it was before"))
        return Blocking(before.is_blocked, after.is_blocked, Effective.NOW)

    def set_vehicle_blocked(self, vehicle_id: str, *, blocked: bool) -> Blocking:
        """AccessDenied always: deactivation is seasonal parking with limits of its own, and undone by other switches."""
        raise AccessDenied(self._says(f"unit {vehicle_id} is not blocked: Wialon blocks accounts, not units"))

    def vehicle_state(self, vehicle_ids: Sequence[str]) -> Mapping[str, bool | None]:
        """None: units are not blocked."""
        return {}

    def accounts_below(self, account_ids: Sequence[str]) -> Mapping[str, tuple[AccountBelow, ...]]:
        """The accounts under each account, with their own state; the service user's is named as such. There are no share links."""
        own = self._logged_in().user.bact
        resources = self._resources()
        data = self._account_data([resource.id for resource in resources])
        parents = {number: each.parent_account_id for number, each in data.items()}
        return {
            str(top): tuple(
                AccountBelow(str(number), str(above), data[number].is_blocked, is_our_own=number == own)
                for number, above in under(parents, top)
            )
            for top in parents
            if str(top) in set(account_ids)
        }

    def share_link_state(self, link_ids: Sequence[str]) -> Mapping[str, AccountState]:
        """None: Wialon has no users that are share links."""
        return {}

    def set_share_link_blocked(self, link_id: str, *, blocked: bool) -> Blocking:
        """AccessDenied always: Wialon has no users that are share links."""
        raise AccessDenied(self._says(f"{link_id}: Wialon has no share links that could be blocked"))

    def last_edits(self, account_ids: Sequence[str], since: datetime) -> Mapping[str, Edit]:
        """None: the server does not tell who blocked or restored an account."""
        return {}

    def close(self) -> None:
        """Let go of the connection; the session ends by itself after five idle minutes."""
        self._session = None
        self._transport.close()

    # reading

    def _units(self) -> list[Unit]:
        listed = self._search("avl_unit", "sys_name", "*", answers.UNIT_FLAGS, Units)
        answers.whole(self._says("the list of units"), listed.announced, listed.items)
        return listed.items

    def _resources(self) -> list[Resource]:
        listed = self._search("avl_resource", "rel_is_account", "1", answers.ACCOUNT_FLAGS, Resources)
        answers.whole(self._says("the list of accounts"), listed.announced, listed.items)
        return listed.items

    def _search(self, items: str, name: str, mask: str, flags: int, kind: type[T]) -> T:
        """Everything in one answer, searched anew: without ``force`` the session gives an old result."""
        spec = {"itemsType": items, "propName": name, "propValueMask": mask, "sortType": "sys_id", "propType": "property"}
        asked = {"spec": spec, "force": 1, "flags": flags, "from": 0, "to": 0}
        return self._retried(lambda: self._call("core/search_items", asked, kind))

    def _account_data(self, ids: Sequence[int]) -> dict[int, BillingAccount]:
        """State of accounts by id, many in a request; an account that is gone is left out."""
        data: dict[int, BillingAccount] = {}
        for block in _blocks(ids):
            asked = {"itemId": block, "type": 1}

            def read(asked: Mapping[str, Any] = asked) -> dict[str, Any]:
                return self._call("account/get_account_data", asked, dict[str, Any])

            answer = self._retried(read)
            answers = {str(block[0]): answer} if len(block) == 1 and "enabled" in answer else answer
            data |= {number: _account(answers[str(number)]) for number in block if str(number) in answers}
        return data

    def _one_account(self, number: int) -> BillingAccount:
        data = self._account_data([number])
        if number not in data:
            raise NotFound(self._says(f"account {number} is not there"))
        return data[number]

    # asking

    def _logged_in(self) -> LoggedIn:
        return self._retried(self._login)

    def _login(self) -> LoggedIn:
        """The session, begun where there is none; asked once, for its callers ask again."""
        if self._session is None:
            self._session = self._post(_LOGIN, {"token": self._token, "fl": 1}, LoggedIn, None)
        return self._session

    def _call(self, service: str, params: Mapping[str, Any], kind: type[T]) -> T:
        """The result of a service, once; a session that is over (or may be) is renewed once.

        Such an answer says that nothing was done, so a write may follow the fresh login too.
        """
        session = self._login()
        try:
            return self._post(service, params, kind, session)
        except SessionExpired:
            pass
        if self._session is session:
            self._session = None
        try:
            return self._post(service, params, kind, self._login(), is_fresh=True)
        except SessionExpired:
            raise Transient(self._says(f"{service}: the session was over again right after a login")) from None

    def _post(self, service: str, params: Mapping[str, Any], kind: type[T], session: LoggedIn | None, *, is_fresh: bool = False) -> T:
        form = {"svc": service, "params": json.dumps(params, ensure_ascii=False)}
        if session is not None:
            form["sid"] = session.eid
        answer = self._transport.ask("POST", "/wialon/ajax.html", form=form)
        asked = self._says(service)
        if answer.status != 200:
            raise ProtocolBroken(f"{asked}: status {answer.status}, which the interface does not have")
        code = _refused(answer.body)
        if code and service != _LOGIN and not is_fresh and code in answers.MAY_BE_THE_SESSION:
            raise SessionExpired(f"{asked}: error {code}")
        if code:
            raise failure_of(code, asked)
        return answer.decoded(kind, asked)

    def _retried(self, read: Callable[[], T]) -> T:
        return self._transport.retried(read)

    def _says(self, what: str) -> str:
        return self._transport.says(what)


def _fleet(units: list[Unit], resources: list[Resource], data: Mapping[int, BillingAccount], remarked: tuple[Remark, ...]) -> Fleet:
    known = {resource.id for resource in resources}
    strangers = sorted({unit.bact for unit in units if unit.bact is not None} - known)
    remarks = tuple(Remark("account_hidden", f"account {each}", "holds units, and the token may not see it") for each in strangers)
    sensors, hidden = answers.sensors_table(units)
    return Fleet(
        vehicles=answers.vehicles_table(units),
        accounts=answers.accounts_table(resources, data),
        announced=len(units),
        sensors=sensors,
        counters=answers.counters_table(units),
        remarks=(*remarks, *hidden, *remarked),
    )


def _account(written: Any) -> BillingAccount:
    try:
        return msgspec.convert(written, BillingAccount)
    except msgspec.ValidationError as error:
        raise ProtocolBroken(f"the state of an account cannot be read: {error}") from None


def _refused(body: bytes | bytearray) -> int:
    """The error code of a body of status 200; 0: it is a result."""
    if len(body) > _LONGEST_REFUSAL:
        return 0
    try:
        return msgspec.json.decode(body, type=Refusal).error
    except (msgspec.DecodeError, UnicodeDecodeError):
        return 0


def _number(written: str) -> int:
    if not (written.isascii() and written.isdigit()):
        raise NotFound(f"account {written!r} is not there: ids are whole numbers")
    return int(written)


def _blocks(ids: Iterable[int]) -> Iterator[list[int]]:
    listed = list(ids)
    return (listed[first : first + ACCOUNTS_AT_ONCE] for first in range(0, len(listed), ACCOUNTS_AT_ONCE))
