"""The walk up the tree, by itself (domain.md §3.1)."""

import pytest

from pipelines.usage.owners import Owner, Ownership, OwnerStanding, OwnerTree

IN_FORCE = {"C1", "C2"}


def owner(owners, parents, mappings, disabled=()):
    return Ownership(OwnerTree(parents, frozenset(disabled)), mappings, IN_FORCE).owner(tuple(owners))


@pytest.mark.parametrize(
    ("owners", "parents", "mappings", "disabled", "expected"),
    [
        (["a"], {"a": "b", "b": None}, {"b": ("C1",)}, (), Owner(OwnerStanding.OWNED, "C1")),
        (["a"], {"a": "b", "b": None}, {"a": ("C2",), "b": ("C1",)}, (), Owner(OwnerStanding.OWNED, "C2")),
        (["a"], {"a": "b", "b": None}, {"a": ("OLD",), "b": ("C1",)}, (), Owner(OwnerStanding.OUT_OF_CONTRACT, "OLD")),
        (["a"], {"a": None}, {"a": ("C1", "C2")}, (), Owner(OwnerStanding.OWNED, "C1", ("C1", "C2"))),
        (["a"], {"a": None}, {"a": ("A-OLD", "C2")}, (), Owner(OwnerStanding.OWNED, "C2", ("A-OLD", "C2"))),
        (["x", "a"], {}, {"a": ("C2",), "x": ("C1",)}, (), Owner(OwnerStanding.OWNED, "C1", ("C1", "C2"))),
        (["x", "a"], {}, {"a": ("C2",), "x": ("C1",)}, ("x",), Owner(OwnerStanding.OWNED, "C2", ("C1", "C2"))),
        (["a"], {"a": "b", "b": "top"}, {"a": ("C1",)}, ("top",), Owner(OwnerStanding.BLOCKED, "C1")),
        (["a"], {"a": "b", "b": "a"}, {"b": ("C1",)}, (), Owner(OwnerStanding.OWNED, "C1")),
        (["a"], {"a": "b", "b": "a"}, {}, (), Owner(OwnerStanding.ORPHAN)),
        (["unlisted"], {}, {}, (), Owner(OwnerStanding.ORPHAN)),
        ([], {}, {}, (), Owner(OwnerStanding.ORPHAN)),
    ],
)
def test_owner(owners, parents, mappings, disabled, expected):
    assert owner(owners, parents, mappings, disabled) == expected


def test_circles_do_not_spoil_what_is_remembered():
    tree = OwnerTree({"a": "b", "b": "a", "c": "a"}, frozenset())
    ownership = Ownership(tree, {"a": ("C1",)}, IN_FORCE)
    assert [ownership.owner((name,)).contract_no for name in ("c", "b", "a")] == ["C1", "C1", "C1"]
