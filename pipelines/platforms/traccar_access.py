"""States and blocks of a Traccar server's users, share links and devices: one field written, read back (`docs/platforms.md`)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from pipelines.platforms import traccar_blocks as blocks
from pipelines.platforms.errors import AccessDenied, Conflict, NotFound, PlatformFailed, ProtocolBroken
from pipelines.platforms.interface import AccountBelow, AccountState, Blocking, Edit, Effective
from pipelines.platforms.traccar_answers import User
from pipelines.platforms.traccar_requests import TraccarRequests

_OF_THE_SERVER = {"status", "lastUpdate", "positionId"}  # fields of a device that change by themselves
_CLOCKS_APART = timedelta(hours=1)  # by which the server's moments may lie off ours
_LONGEST_RUN = timedelta(days=1)


class TraccarAccess(TraccarRequests):
    """Who is blocked on a Traccar server, blocks and their ends. Accounts are its users, vehicles its devices."""

    def account_state(self, account_ids: Sequence[str]) -> Mapping[str, AccountState]:
        """State of users in one request. Administrators and the service user are named as such; share links are no accounts."""
        users = self._users()
        self._own(users)
        wanted = set(account_ids)
        return {
            str(user.id): AccountState(str(user.id), user.is_blocked(self._at), user.administrator)
            for user in users
            if str(user.id) in wanted and not user.temporary
        }

    def set_account_blocked(self, account_id: str, *, blocked: bool) -> Blocking:
        """Set or clear `disabled` of a user, nothing else, and read it back. Administrators and share links are left alone."""
        edits = self._edits(_number(account_id))
        raw = self._raw(f"/users/{_number(account_id)}", f"user {account_id}")
        if not _as_user(raw).owns:
            raise AccessDenied(self._says(f"user {account_id} is an administrator or a share link, and is not blocked"))
        return self._set_disabled_of_user(raw, edits, blocked=blocked)

    def set_vehicle_blocked(self, vehicle_id: str, *, blocked: bool) -> Blocking:
        """The same for a device. Its messages are refused while it is blocked, so what it would have sent is lost."""
        raw = self._raw(f"/devices/{_number(vehicle_id)}", f"device {vehicle_id}")
        return self._set_disabled(f"/devices/{raw['id']}", raw, blocked=blocked, changing=_OF_THE_SERVER)

    def vehicle_state(self, vehicle_ids: Sequence[str]) -> Mapping[str, bool | None]:
        """State of devices in one request; blocked is disabled or expired."""
        wanted = set(vehicle_ids)
        return {str(each.id): each.disabled or each.is_expired(self._at) for each in self._devices() if str(each.id) in wanted}

    def accounts_below(self, account_ids: Sequence[str]) -> Mapping[str, tuple[AccountBelow, ...]]:
        """Share links (temporary users named after their maker) and managed users: one request, and one per manager."""
        users = self._users()
        self._own(users)
        known = {str(user.id): user for user in users if user.owns}
        return {each: blocks.accounts_below(known[each], users, self._managed_by, self._at) for each in account_ids if each in known}

    def share_link_state(self, link_ids: Sequence[str]) -> Mapping[str, AccountState]:
        """State of temporary users in one request; blocked is disabled or expired."""
        wanted = set(link_ids)
        listed = [user for user in self._users() if user.temporary and str(user.id) in wanted]
        return {str(user.id): AccountState(str(user.id), user.is_blocked(self._at), user.administrator) for user in listed}

    def set_share_link_blocked(self, link_id: str, *, blocked: bool) -> Blocking:
        """Set or clear `disabled` of a temporary user; AccessDenied for any other."""
        edits = self._edits(_number(link_id))
        raw = self._raw(f"/users/{_number(link_id)}", f"user {link_id}")
        user = _as_user(raw)
        if not user.temporary or user.administrator:
            raise AccessDenied(self._says(f"user {link_id} is no share link"))
        return self._set_disabled_of_user(raw, edits, blocked=blocked)

    def last_edits(self, account_ids: Sequence[str], since: datetime) -> Mapping[str, Edit]:
        """Who edited a user last, by the server's audit: from 6.10 on, and never what was changed. Older versions do not tell."""
        users = self._users()
        own = self._own(users)
        emails = {user.id: user.email for user in users}
        wanted = {int(each) for each in account_ids if each.isascii() and each.isdigit()}
        listed = [each for each in self._audit(since, self._at + _CLOCKS_APART) if each.is_of(wanted) and each.user_id != own.id]
        last = {each.object_id: each for each in sorted(listed, key=lambda each: each.action_time)}
        return {str(number): Edit(each.action_time, each.user_email or emails.get(each.user_id)) for number, each in last.items()}

    def _set_disabled_of_user(self, raw: dict[str, Any], edits: int, *, blocked: bool) -> Blocking:
        """The same for a user. Conflict when the audit has more edits than ours: whose form was saved between our reading and our
        writing has lost what it changed, and no field tells that any more.
        """
        path = f"/users/{raw['id']}"
        done = self._set_disabled(path, raw, blocked=blocked, changing=set())
        if done.before != done.after and self._edits(raw["id"]) > edits + 1:
            raise Conflict(self._says(f"{path} was edited by somebody else at the same moment; look at what that edit changed"))
        return done

    def _edits(self, number: int) -> int:
        """How many edits of a user the audit has of the last hour; 0 where there is no audit."""
        return sum(each.is_of({number}) for each in self._audit(self._at - _CLOCKS_APART, self._at + _LONGEST_RUN))

    def _set_disabled(self, path: str, raw: dict[str, Any], *, blocked: bool, changing: set[str]) -> Blocking:
        """Put the whole object back with one field changed, then read it: neither the status nor the answer proves a write.

        Past its expiration an object is blocked by somebody else's word, which is left as it is.
        """
        before = self._is_blocked(raw)
        if before == blocked or (raw.get("disabled") is False and not blocked):
            return Blocking(before, before, Effective.NOW)
        lost: PlatformFailed | None = None
        try:
            self._put(path, {**raw, "disabled": blocked})
        except PlatformFailed as error:
            lost = error  # the write may have happened all the same: what counts is what is read
        after = self._raw(path, path)
        if after.get("disabled") is not blocked:
            raise lost or Conflict(self._says(f"{path} was answered as done, and reads as it was before"))
        changed = sorted(
            name for name in raw.keys() | after.keys() if raw.get(name) != after.get(name) and name not in {"disabled", *changing}
        )
        if changed:
            raise Conflict(self._says(f"{path} was changed by somebody else at the same moment: {', '.join(changed)}"))
        return Blocking(before, self._is_blocked(after), Effective.NOW)

    def _is_blocked(self, raw: Mapping[str, Any]) -> bool:
        return _as_user({name: raw[name] for name in ("id", "disabled", "expirationTime") if name in raw}).is_blocked(self._at)


def _as_user(raw: Mapping[str, Any]) -> User:
    try:
        return msgspec.convert(raw, User)
    except msgspec.ValidationError as error:
        raise ProtocolBroken(f"the answer cannot be read: {error}") from None


def _number(written: str) -> int:
    """An id that goes into an address. NotFound for a text that is no number, for no object has it."""
    if not (written.isascii() and written.isdigit()):
        raise NotFound(f"{written!r} is not there: ids are whole numbers")
    return int(written)
