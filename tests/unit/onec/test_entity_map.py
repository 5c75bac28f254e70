"""Maps of entities: those of the package are whole, and a wrong one is told with every problem at its place."""

import json

import pytest

from pipelines.delivery.onec.odata.entity_map import BUILT_IN, FACTS, entity_map, read_map
from pipelines.errors import BadInput


@pytest.mark.parametrize(("configuration", "invoice"), [("bp", "Document_СчетНаОплатуПокупателю"), ("ut", "Document_СчетНаОплатуКлиенту")])
def test_the_maps_of_the_package_are_whole(configuration, invoice):
    rules = entity_map(configuration, "ANY")
    assert rules.objects["invoice"].entity == invoice
    assert set(FACTS) - set(rules.objects) <= {"partner", "correction"}
    assert {None, *map(int, (rate for rate in rules.vat_rates if rate is not None))} >= {None, 5, 7, 20, 22}
    assert rules.payments
    assert rules.written & rules.read


def test_own_maps_come_first_and_other_configurations_need_one(tmp_path):
    own = json.loads((BUILT_IN / "bp.json").read_text(encoding="utf-8"))
    own["objects"]["invoice"]["entity"] = "Document_СвойСчет"
    (tmp_path / "MINE.json").write_text(json.dumps(own), encoding="utf-8")
    assert entity_map("other", "MINE", tmp_path).objects["invoice"].entity == "Document_СвойСчет"
    assert entity_map("bp", "ELSE", tmp_path).objects["invoice"].entity == "Document_СчетНаОплатуПокупателю"
    with pytest.raises(BadInput, match=r"put ELSE\.json into the folder FLEETBILL_ONEC_MAPS"):
        entity_map("other", "ELSE", tmp_path)


def wrong(change):
    """The БП map, spoilt."""
    written = json.loads((BUILT_IN / "bp.json").read_text(encoding="utf-8"))
    change(written)
    return written


def problems(tmp_path, written):
    path = tmp_path / "bad.json"
    path.write_text(written if isinstance(written, str) else json.dumps(written), encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        read_map(path)
    return [str(problem) for problem in caught.value.problems]


def test_every_problem_is_told_at_its_place(tmp_path):
    def spoil(written):
        objects = written["objects"]
        del objects["service"]
        objects["invoice"]["properties"]["Number"] = "nummer"
        objects["invoice"]["row_properties"]["Цена"] = {"fact": "price", "constant": 1}
        objects["invoice"]["post"] = "yes"
        objects["sale"]["match"] = [["Нет"]]
        objects["contract"]["properties"]["ВалютаВзаиморасчетов_Key"] = {"lookup": "dollars"}
        objects["counterparty"]["properties"]["ИНН"] = {"fact": "inn", "width": 0}
        written["lookups"]["roubles"]["where"] = {}
        written["vat_rates"]["двадцать"] = "НДС20"
        written["payments"][0]["kind"] = "barter"
        del written["payments"][0]["properties"]["amount"]
        del written["payments"][1]["properties"]["operation"]
        del written["sources"]["counterparty"]
        written["colour"] = "red"

    told = problems(tmp_path, wrong(spoil))
    places = {line.removeprefix("bad.json ").split(":")[0] for line in told}
    assert places == {
        "objects.service", "objects.invoice.properties.Number", "objects.invoice.row_properties.Цена", "objects.invoice.post",
        "objects.sale.match", "objects.contract.properties.ВалютаВзаиморасчетов_Key", "objects.counterparty.properties.ИНН.width",
        "lookups.roubles.where", "vat_rates.двадцать", "payments[0].kind", "payments[0].properties.amount", "payments[1].customers",
        "sources.counterparty", "colour",
    }  # fmt: skip


@pytest.mark.parametrize("value", [[], {}, ["inn"], None, 5])
def test_what_is_no_name_is_none_of_the_names(tmp_path, value):
    def spoil(written):
        written["objects"]["counterparty"]["properties"]["ИНН"] = {"fact": value}
        written["objects"]["contract"]["properties"]["ВалютаВзаиморасчетов_Key"] = {"lookup": value}
        written["objects"]["sale"]["match"] = [[value]]

    told = problems(tmp_path, wrong(spoil))
    assert {line.removeprefix("bad.json ").split(":")[0] for line in told} == {
        "objects.counterparty.properties.ИНН", "objects.contract.properties.ВалютаВзаиморасчетов_Key", "objects.sale.match",
    }  # fmt: skip


@pytest.mark.parametrize("written", ["{", "[1, 2]", '"text"', "null", '{"objects": []}', '{"payments": {}, "objects": {"invoice": 5}}'])
def test_what_is_no_map_at_all_is_told(tmp_path, written):
    assert problems(tmp_path, written)
