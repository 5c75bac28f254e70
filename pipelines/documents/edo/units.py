"""Units of rows as ОКЕИ, the classifier of units, knows them. Pure."""

OKEI = {"мес.": ("362", "мес"), "ч": ("356", "ч"), "ед.": ("642", "ед")}
NO_OKEI = "0000"


def okei(unit: str) -> tuple[str, str]:
    """Code and name; a unit that ОКЕИ does not know has the code that the formats keep for such."""
    return OKEI.get(unit, (NO_OKEI, unit))
