"""What a meter is called before a person: by the service that prices it. Pure."""

from collections import Counter
from collections.abc import Iterable

from pipelines.rating.model import Component


def meter_names(components: Iterable[Component]) -> dict[str, str]:
    """The name by meter; of several services of one meter the last names it.

    Where services of one name count different meters, the meter stands beside it: ``Топливо (fuel)``, ``Топливо (adblue)``.
    """
    names = {component.meter: component.name for component in components if component.meter}
    alike = Counter(names.values())
    return {meter: name if alike[name] == 1 else f"{name} ({meter})" for meter, name in names.items()}
